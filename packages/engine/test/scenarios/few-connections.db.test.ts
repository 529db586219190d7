import { expect, it, onTestFinished } from 'vitest';
import { findSteps, listTasks, RetryableError, taskHistory } from '../../src/index.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { dropHistory } from '../../src/upkeep/drop-history.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { throughPort } from '../servers/proxy.ts';
import { startTransactionPooler } from '../servers/transaction-pooler.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { countdown, listen } from './signals.ts';
import { start } from './start.ts';

describeOneDatabase((kind) => {
  it('one connection is enough for everything, however much runs at once (CORE-75, CORE-77)', async () => {
    const { url } = await kind.fresh();
    const db = openPool(url, { maxConnections: 1, connectTimeoutMs: 5_000 });
    onTestFinished(() => db.close());
    const together = countdown(80);
    const failing = { retry: { max_attempts: 1 } };
    const tasker = await start(db, {
      retentionDays: 30,
      templates: [
        graphOf(
          { a: [], b: ['a'], c: ['a'], bad: ['b', 'c'] },
          { steps: { bad: failing }, more: { identity_strategy: 'strict' } },
        ),
      ],
      worker: { concurrency: 80, leaseMs: 2_000 },
      handlers: {
        async do({ stepName, attempt }) {
          if (stepName === 'a') {
            together.count();
            await together.reached;
          }
          if (stepName === 'bad' && attempt === 1) throw new Error('bad');
        },
      },
    });
    const heard = listen(tasker);
    const tasks = await tasker.submitMany(
      Array.from({ length: 80 }, (_, i) => ({ name: 'graph', context: { i }, idempotencyKey: `k${i}` })),
    );
    const outcomes = await Promise.all(tasks.map((task) => task.completed()));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['error']));
    await Promise.all(
      tasks.map(async ({ id }, i) => {
        if (i % 4 === 0) await tasker.retryTask(id);
        else if (i % 4 === 1) await tasker.resolveStep(id, 'bad', {});
        else if (i % 4 === 2) await tasker.skipStep(id, 'bad');
        else await tasker.cancelTask(id);
      }),
    );
    const after = await Promise.all(tasks.map((task) => task.completed()));
    expect(after.filter(({ status }) => status === 'complete')).toHaveLength(60);
    expect((await listTasks(db, { status: 'cancelled' })).tasks).toHaveLength(20);
    await tasker.register(graphOf(chainOf(1), { name: 'other' }));
    expect(await taskHistory(db, tasks[0]?.id ?? '')).not.toEqual([]);
    expect(await dropHistory(db, 1)).toBe(0);
    expect(heard.events.filter(({ event_type: type }) => type === 'task.completed')).toHaveLength(60);
  });

  it('behind a pooler that lends connections for a transaction each, everything works the same', async () => {
    const { url } = await kind.fresh();
    const pooler = await startTransactionPooler(url, 3);
    onTestFinished(() => pooler.close());
    const db = openPool(throughPort(url, pooler.port));
    onTestFinished(() => db.close());
    const tasker = await start(db, {
      templates: [graphOf({ ...chainOf(4), join: ['s1', 's3'] })],
      worker: { pollMs: 100, leaseMs: 1_000 },
      handlers: {
        do({ attempt, stepName }) {
          if (stepName === 's1' && attempt === 1) throw new RetryableError('once more', { retryAfter: 0.01 });
          return { attempt };
        },
      },
    });
    const tasks = await tasker.submitMany(
      Array.from({ length: 30 }, (_, i) => ({ name: 'graph', context: { i }, idempotencyKey: `k${i}` })),
    );
    for (const task of tasks)
      expect(await task.completed()).toMatchObject({ status: 'complete', results: { s1: { attempt: 2 } } });
    const held = await tasker.submit({ name: 'graph', context: {} });
    await held.completed();
    expect(await findSteps(db, [held.id])).toHaveLength(5);
  });
});
