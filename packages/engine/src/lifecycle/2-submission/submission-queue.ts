import type { Database } from '../../postgres/database.ts';
import { isConnectionLoss } from '../../postgres/sqlstate.ts';
import type { Receiver } from '../../receiver.ts';
import { type InsertedTasks, insertTasks, type NewTask } from './insert-tasks.sql.ts';
import { type PreparedTask, type Submitted, writeTasks } from './submit-tasks.ts';
import { type MakeRoom, writeInRoom } from './write-in-room.ts';

/**
 * Submissions gather while the one before them is being written, and go together: at low load a task is written at
 * once, at high load hundreds share a commit. An error that concerns one task fails that one alone.
 */
export interface SubmissionQueue {
  submit(prepared: PreparedTask): Promise<Submitted>;
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

export function createSubmissionQueue(db: Database, makeRoom: MakeRoom, receiver?: Receiver): SubmissionQueue {
  let waiting: Waiting[] = [];
  const writers = new Set<Promise<void>>();
  /** Tasks that are being written; not those that may wait for a lock, and whom nobody waits for. */
  let underWay = 0;
  let isStarting = false;

  /** Those of the same tick go together. */
  function startWriterSoon(): void {
    if (isStarting) return;
    isStarting = true;
    setImmediate(() => {
      isStarting = false;
      startWriter();
    });
  }

  function startWriter(): void {
    if (waiting.length === 0 || writers.size >= writersLimit) return;
    // a few beside many: a commit of their own would cost the machine more than it spares them
    if (waiting.length < underWay) return;
    const batch = waiting.slice(0, batchLimit);
    waiting = waiting.slice(batchLimit);
    const counting = batch.some(({ prepared }) => needsTransaction(prepared)) ? 0 : batch.length;
    underWay += counting;
    const writer = writeBatch(batch).finally(() => {
      writers.delete(writer);
      underWay -= counting;
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
      if (batch.length === 1 || isConnectionLoss(error)) for (const each of batch) each.reject(error);
      // one of them is at fault: write each alone, so that only that one fails
      else for (const each of batch) await writeBatch([each]);
    }
  }

  function write(prepared: readonly PreparedTask[]): Promise<(Submitted | Error)[]> {
    const tasks = prepared.map(({ task }) => task);
    return writeInRoom(tasks, makeRoom, async () => {
      if (prepared.some(needsTransaction)) return db.transaction((tx) => writeTasks(tx, prepared));
      const { handed, createdAt } = await writeFresh(tasks);
      // written out: Node 20 makes a class of its own for every object that is copied and added to
      return prepared.map(({ task, registered }) => {
        const { id: taskId } = task;
        return { task, registered, taskId, createdAt: createdAt(taskId), handed, replayed: false };
      });
    });
  }

  /** `handed`: a worker of this process has their first steps. */
  async function writeFresh(
    tasks: readonly NewTask[],
  ): Promise<Pick<InsertedTasks, 'createdAt'> & { handed: boolean }> {
    const first = tasks.flatMap(({ id, roots }) =>
      roots.map(({ step }) => ({ taskId: id, step, attempt: 1 as const })),
    );
    const plain = tasks.every(({ skips }) => skips.length === 0);
    const queues = tasks.flatMap(({ roots }) => roots.map(({ queue }) => queue));
    const reservation = plain ? receiver?.reserve(queues) : undefined;
    try {
      const { handed, createdAt } = await insertTasks(db, tasks, reservation);
      const all = reservation !== undefined && handed === first.length;
      // after the submitters have been told: what happens to a task comes after its submission
      if (all) setImmediate(() => reservation.accept(first));
      else reservation?.release();
      return { handed: all, createdAt };
    } catch (error) {
      reservation?.release();
      throw error;
    }
  }

  return {
    submit: (prepared) =>
      new Promise((resolve, reject) => {
        waiting.push({ prepared, resolve, reject });
        startWriterSoon();
      }),
  };
}

/** It takes more than one statement to write it. */
function needsTransaction({ task, registered }: PreparedTask): boolean {
  const { identity, edits, annotations } = task;
  return identity !== null || edits.length > 0 || annotations.length > 0 || registered.derivedFrom !== undefined;
}
