import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTasker, findSteps, type Tasker, type TaskHandle, type UntypedResults } from '../../src/index.ts';
import { graphOf } from '../scenarios/graph-of.ts';
import { type Gate, gate } from '../scenarios/signals.ts';
import { createLog } from '../scenarios/start.ts';
import { type RestartableServer, startRestartableServer } from '../servers/restartable-server.ts';
import { expectSoundHistory, prepareDiary } from './history-of-runs.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

let server: RestartableServer;
let tasker: Tasker;
const workers = new Set<WorkerProcess>();

const diamond = { first: [], left: ['first'], right: ['first'], join: ['left', 'right'], last: ['join'] };
const untilItWorks = { retry: { max_attempts: 100, backoff: 'linear', backoff_base_ms: 20, max_backoff_ms: 200 } };

beforeAll(async () => {
  server = await startRestartableServer();
  const templates = [
    graphOf(diamond, { every: untilItWorks }),
    graphOf({ only: [] }, { name: 'held', every: { handler: { callable: 'hold' }, retry: { backoff: 'none' } } }),
  ];
  tasker = await createTasker({ database: server.url, worker: false, upkeep: false, templates, logger: createLog() });
  await prepareDiary(tasker.db);
}, 60_000);

afterEach(async () => {
  for (const worker of workers) await worker.kill();
  workers.clear();
});

afterAll(async () => {
  await tasker.stop();
  await server.remove();
});

async function addWorker(
  ...options: Parameters<typeof startWorkerProcess> extends [string, ...infer Rest] ? Rest : never
) {
  const worker = await startWorkerProcess(server.url, ...options);
  workers.add(worker);
  return worker;
}

async function killOne(): Promise<void> {
  const [victim] = workers;
  if (victim === undefined) throw new Error('there is nobody to kill');
  workers.delete(victim);
  await victim.kill();
}

/** Says when so many of the tasks have ended. */
function watch(tasks: readonly TaskHandle<UntypedResults>[]) {
  const gates = new Map<number, Gate>();
  const gateAt = (count: number) => gates.get(count) ?? gates.set(count, gate()).get(count) ?? gate();
  let ended = 0;
  const outcomes = Promise.all(
    tasks.map(async (task) => {
      const { status } = await task.completed();
      ended += 1;
      gateAt(ended).open();
      return status;
    }),
  );
  return { outcomes, reached: (count: number) => gateAt(count).opened };
}

it('a thousand tasks survive workers that are killed again and again, and the crash of the database (TC-94, TC-95)', async () => {
  await Promise.all([1, 2, 3].map(() => addWorker({ concurrency: 40 })));
  const tasks = await tasker.submitMany(Array.from({ length: 1_000 }, (_, i) => ({ name: 'graph', context: { i } })));
  const { outcomes, reached } = watch(tasks);
  let replaced: Promise<unknown> = Promise.resolve();
  for (const count of [20, 150, 300, 450, 600, 800]) {
    await Promise.all([replaced, reached(count)]);
    if (count === 450) {
      await killOne();
      await server.stop('crash');
      await server.start();
    } else if (count === 150) {
      // for a while there is nobody left at all
      while (workers.size > 0) await killOne();
    } else await killOne();
    const missing = Array.from({ length: 3 - workers.size }, () => addWorker({ concurrency: 40 }));
    replaced = Promise.all(missing);
  }
  expect((await outcomes).filter((status) => status !== 'complete')).toEqual([]);
  await replaced;
  await Promise.all([...workers].map((worker) => worker.stop()));
  workers.clear();
  await expectSoundHistory(tasker.db, 1_000, 5);
  const [lost] = await tasker.db.query<{ count: number }>({
    text: `select count(*)::int as count from tasker.attempt where error ->> 'code' = 'WORKER_LOST'`,
  });
  expect(lost?.count).toBeGreaterThan(0);
}, 180_000);

it('a worker that was paused for longer than its lease comes too late, and works again under another name (CORE-70, TC-100)', async () => {
  const paused = await addWorker();
  const task = await tasker.submit({ name: 'held', context: {} });
  await paused.until('begun', task.id);
  paused.pause();
  const other = await addWorker();
  expect(await task.completed()).toMatchObject({ status: 'complete', results: { only: { by: other.name } } });
  paused.resume();
  await paused.until('late', task.id);
  await paused.until('log', 'this worker was declared lost; what it ran is run elsewhere, and it registers anew');
  await other.stop();
  workers.delete(other);
  // it runs this one, and what it said of the other made no difference
  const next = await tasker.submit({ name: 'graph', context: {} });
  expect(await next.completed()).toMatchObject({ status: 'complete', results: { last: { by: paused.name } } });
  expect(await findSteps(tasker.db, [task.id])).toMatchObject([{ state: 'complete', attempts: 2, worker: other.name }]);
  const attempts = await tasker.db.query<object>(
    { text: 'select attempt, outcome, error ->> $2 as code from tasker.attempt where task_id = $1 order by attempt' },
    [task.id, 'code'],
  );
  expect(attempts).toEqual([
    { attempt: 1, outcome: 'error', code: 'WORKER_LOST' },
    { attempt: 2, outcome: 'complete', code: null },
  ]);
}, 60_000);
