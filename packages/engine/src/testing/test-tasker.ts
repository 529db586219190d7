import type { Random } from '../clock.ts';
import {
  createTasker,
  type Database,
  explain,
  findTask,
  type Outcome,
  openDatabase,
  type Tasker,
  type TaskerOptions,
  type TaskHandle,
} from '../index.ts';
import { migrate } from '../migrate.ts';
import { seededRandom } from './seeded-random.ts';
import { databaseInStep, installSettableClock, readDatabaseTime } from './settable-clock.ts';
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts';
import { readTaskRecord, type TaskRecord } from './task-record.ts';

export interface TestTaskerOptions extends Omit<TaskerOptions, 'clock' | 'random' | 'migrate'> {
  /**
   * `memory:` (the default), the URL of a database made for tests, or one that is open already: opening takes a
   * second or two, so tests of one file share one. Its clock is replaced for good.
   */
  readonly database?: string | Database;
  /** The moment to begin at. Default 2030-01-01T00:00:00Z, or a day after the last test on the same database. */
  readonly startAt?: Date;
  /** The clock to go by, for handlers that are made with one; `startAt` is of no account then. Default: a new one. */
  readonly clock?: SimulatedClock;
  /** Of jitter and ids: the same seed, the same run. Default 1. */
  readonly seed?: number;
}

/** The real engine, in a time that passes only when a test says so. */
export interface TestTasker extends Tasker {
  /** Shared by the engine, the database and handlers that `sleep` on it. */
  readonly clock: SimulatedClock;
  readonly random: Random;
  /** Lets time pass: what falls due happens, in order. */
  advanceTime(durationMs: number): Promise<void>;
  /**
   * Lets time pass until the task has ended, and says how.
   *
   * @throws when nothing of the kind is due within `limitMs` (default: 30 days); the message says what it waits for
   */
  runToEnd<Results>(task: TaskHandle<Results>, limitMs?: number): Promise<Outcome<Results>>;
  /** What happened to a task, with assertions. */
  record(taskId: string): Promise<TaskRecord>;
}

/** Nobody else is there to take over or to be heard of: rounds that look after others would only cost time. */
const patientWorker = { leaseMs: 2 ** 31 - 1, pollMs: 2 ** 31 - 1 };
const dayMs = 86_400_000;
const monthMs = 30 * dayMs;

/**
 * A Tasker for tests of workflows: a backoff of an hour takes as long as the statements in it, timeouts strike when
 * time is advanced past them, and each run takes the same course.
 *
 * Time stands still while a handler does real work. A handler that waits must wait on `clock.sleep`, or it is taken
 * for one that hangs after a second.
 *
 * @example
 * const tasker = await createTestTasker({ tasks: [processOrder] });
 * const task = await tasker.submit(processOrder, { cart });
 * const { status, results } = await tasker.runToEnd(task);
 * const record = await tasker.record(task.id);
 * record.assertAttempts({ charge_card: ['error', 'error', 'complete'] });
 * record.assertOrder('validate_cart', 'charge_card');
 * await tasker.stop();
 */
export async function createTestTasker(options: TestTaskerOptions = {}): Promise<TestTasker> {
  const { database = 'memory:', schema, seed = 1, worker, ...rest } = options;
  const random = seededRandom(seed);
  const db =
    typeof database === 'string' ? await openDatabase(database, schema === undefined ? {} : { schema }) : database;
  const close = typeof database === 'string' ? () => db.close() : () => Promise.resolve();
  await migrate(db);
  const clock = options.clock ?? createSimulatedClock({ startAt: options.startAt ?? (await unusedTime(db)) });
  await installSettableClock(db, new Date(clock.now()));
  const tasker = await createTasker({
    upkeep: false,
    // an attempt takes as long as the test lets time pass
    slowThresholdMs: Number.MAX_SAFE_INTEGER,
    ...rest,
    worker: worker === false ? false : { ...patientWorker, ...worker },
    database: databaseInStep(db, clock),
    clock,
    random,
  });

  /** Runs the clock until the work is done: some of what it waits for is a matter of milliseconds. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    await clock.runUntil(() => done);
    return work;
  }

  return {
    ...tasker,
    clock,
    random,
    advanceTime: clock.advanceBy,
    async runToEnd(task, limitMs = monthMs) {
      if (!(await clock.runUntil(() => hasEnded(db, task.id), limitMs)))
        throw new Error(await describeWait(db, task.id));
      return inTime(task.completed());
    },
    record: (taskId) => readTaskRecord(db, taskId),
    async stop(how) {
      await inTime(tasker.stop(how));
      await close();
    },
  };
}

/** Ids follow from the seed and the time: the next test on a database must not meet the tasks of the one before. */
async function unusedTime(db: Database): Promise<Date> {
  const last = await readDatabaseTime(db);
  return last === undefined ? new Date('2030-01-01T00:00:00Z') : new Date(last.getTime() + dayMs);
}

async function hasEnded(db: Database, taskId: string): Promise<boolean> {
  const task = await findTask(db, taskId);
  if (task === undefined) throw new Error(`There is no task ${taskId}.`);
  return task.finishedAt !== null;
}

async function describeWait(db: Database, taskId: string): Promise<string> {
  const reasons = (await explain(db, taskId)).map(({ step, reason }) => `  ${step ?? 'task'}: ${reason}`);
  return [`Task ${taskId} does not end by itself:`, ...reasons].join('\n');
}
