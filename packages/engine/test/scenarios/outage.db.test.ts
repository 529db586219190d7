import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createTasker, listTasks, type Tasker, type TaskerOptions } from '../../src/index.ts';
import { type RestartableServer, startRestartableServer } from '../servers/restartable-server.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { countdown, gate } from './signals.ts';
import { createLog } from './start.ts';

let server: RestartableServer;
beforeAll(async () => {
  server = await startRestartableServer();
}, 60_000);
afterAll(() => server.remove());

let schemas = 0;

/** Each test has a schema of its own on the one server. */
function newSchema(): string {
  schemas += 1;
  return `tasker_${schemas}`;
}

async function open(schema: string, options: TaskerOptions): Promise<Tasker> {
  const tasker = await createTasker({ database: server.url, schema, logger: createLog(), ...options });
  onTestFinished(() => tasker.stop({ abort: true }));
  return tasker;
}

it.each(['fast', 'crash'] as const)(
  'work goes on after the database was stopped (%s) and started in the middle of it',
  async (how) => {
    const runs = new Map<string, number>();
    const some = countdown(150);
    const tasker = await open(newSchema(), {
      templates: [graphOf({ ...chainOf(4), join: ['s3', 's0'] })],
      handlers: {
        do({ stepUuid, stepName }) {
          runs.set(stepUuid, (runs.get(stepUuid) ?? 0) + 1);
          some.count();
          return { stepName };
        },
      },
    });
    const tasks = await tasker.submitMany(Array.from({ length: 200 }, (_, i) => ({ name: 'graph', context: { i } })));
    await some.reached;
    await server.stop(how);
    await server.start();
    const outcomes = await Promise.all(tasks.map((task) => task.completed()));
    expect(outcomes.filter(({ status }) => status !== 'complete')).toEqual([]);
    for (const { results } of outcomes) expect(Object.keys(results)).toHaveLength(5);
    expect([...new Set(runs.values())]).toEqual([1]);
    expect(runs.size).toBe(1000);
    const attempts = await tasker.db.query<object>({
      text: 'select outcome, count(*)::int as count from tasker.attempt group by 1',
    });
    expect(attempts).toEqual([{ outcome: 'complete', count: 1000 }]);
  },
  60_000,
);

it('what is submitted while the database is away is there, once, when it is back', async () => {
  const tasker = await open(newSchema(), { templates: [graphOf(chainOf(1))], worker: false });
  const first = await tasker.submit({ name: 'graph', context: {} });
  await server.stop('fast');
  const submissions = Array.from({ length: 50 }, (_, i) => tasker.submit({ name: 'graph', context: { i } }));
  const together = tasker.submitMany([1, 2, 3].map((i) => ({ name: 'graph', context: { i } })));
  await server.start();
  const ids = [first, ...(await Promise.all(submissions)), ...(await together)].map(({ id }) => id);
  const { tasks } = await listTasks(tasker.db, {}, { limit: 100 });
  expect(tasks.map(({ taskId }) => taskId).toSorted()).toEqual(ids.toSorted());
}, 60_000);

it('an outage that is longer than the leases leaves nothing undone', async () => {
  const held = gate();
  const begun = countdown(5);
  const tasker = await open(newSchema(), {
    templates: [graphOf(chainOf(2), { every: { retry: { max_attempts: 5, backoff: 'none' } } })],
    worker: { leaseMs: 100 },
    handlers: {
      async do({ attempt, stepName }) {
        if (stepName === 's0' && attempt === 1) {
          begun.count();
          await held.opened;
        }
        return { attempt };
      },
    },
  });
  const tasks = await tasker.submitMany(Array.from({ length: 5 }, () => ({ name: 'graph', context: {} })));
  await begun.reached;
  await server.stop('fast');
  // nobody can hear of the worker for longer than its lease
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.start();
  // its heartbeat and those who look for lost workers race for it now: either may win
  held.open();
  const outcomes = await Promise.all(tasks.map((task) => task.completed()));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'complete' });
}, 60_000);
