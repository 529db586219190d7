import type { Database } from '../../postgres/database.ts';
import { isMissingPartition, isSerialization } from '../../postgres/sqlstate.ts';
import { insertTasks } from './insert-tasks.sql.ts';
import { type PreparedTask, type Submitted, writeTasks } from './submit-tasks.ts';

/**
 * Submissions gather while the one before them is being written, and go together: at low load a task is written at
 * once, at high load hundreds share a commit. An error that concerns one task fails that one alone.
 */
export interface SubmissionQueue {
  submit(prepared: PreparedTask): Promise<Submitted>;
  /** Resolves when everything submitted so far has been answered. */
  drained(): Promise<void>;
}

/** Tasks written by one statement at most. */
const batchLimit = 500;
/** Statements under way at most: a second one fills the time that the first spends on the disk. */
const writersLimit = 2;

interface Waiting {
  readonly prepared: PreparedTask;
  resolve(submitted: Submitted): void;
  reject(error: unknown): void;
}

/** @param ensurePartitions makes room in history for now; called when a task finds none */
export function createSubmissionQueue(db: Database, ensurePartitions: () => Promise<void>): SubmissionQueue {
  let waiting: Waiting[] = [];
  const writers = new Set<Promise<void>>();

  function startWriter(): void {
    if (waiting.length === 0 || writers.size >= writersLimit) return;
    const batch = waiting.slice(0, batchLimit);
    waiting = waiting.slice(batchLimit);
    const writer = writeBatch(batch).finally(() => {
      writers.delete(writer);
      startWriter();
    });
    writers.add(writer);
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await write(batch.map(({ prepared }) => prepared));
      batch.forEach((each, i) => {
        const submitted = answers[i];
        if (submitted === undefined || submitted instanceof Error) each.reject(submitted);
        else each.resolve(submitted);
      });
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      // one of them is at fault: write each alone, so that only that one fails
      else for (const each of batch) await writeBatch([each]);
    }
  }

  async function write(prepared: readonly PreparedTask[]): Promise<(Submitted | Error)[]> {
    for (let tries = 1; ; tries++) {
      try {
        if (prepared.some(({ task }) => task.identity !== null))
          return await db.transaction((tx) => writeTasks(tx, prepared));
        await insertTasks(
          db,
          prepared.map(({ task }) => task),
        );
        return prepared.map((each) => ({ ...each, taskId: each.task.id, replayed: false }));
      } catch (error) {
        if (tries >= triesLimit) throw error;
        if (isMissingPartition(error)) await ensurePartitions();
        else if (!isSerialization(error)) throw error;
      }
    }
  }

  return {
    submit: (prepared) =>
      new Promise((resolve, reject) => {
        // those of the same tick go together
        if (waiting.length === 0) setImmediate(startWriter);
        waiting.push({ prepared, resolve, reject });
      }),
    async drained() {
      while (writers.size > 0) await Promise.all(writers);
    },
  };
}

const triesLimit = 5;
