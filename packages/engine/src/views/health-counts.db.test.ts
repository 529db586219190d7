import { expect, it } from 'vitest';
import { engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { Database } from '../postgres/database.ts';
import { healthCounts } from './health-counts.sql.ts';
import { listCircuits } from './list-circuits.sql.ts';
import { listWorkers } from './list-workers.sql.ts';

const template = sketchTemplate({
  pay: { system: 'bank', retry: { max_attempts: 2 } },
  ship: { system: 'carrier', after: ['pay'] },
  mail: { system: 'carrier', after: ['ship'] },
});

describeEachDatabase((kind) => {
  async function start() {
    const { db } = await kind.fresh();
    const engine = await engineByHand(db);
    const registered = await engine.register(template);
    const worker = await engine.addWorker({ name: 'anna', leaseMs: 5_000 });
    const submit = (request = {}) => engine.submit(registered, request);
    const take = async () => {
      const [step] = await worker.take();
      if (step === undefined) throw new Error('nothing to take');
      return step;
    };
    return { db, engine, worker, submit, take };
  }

  /** One task of each kind. */
  async function oneOfEach() {
    const { db, engine, worker, submit, take } = await start();
    await submit();
    for (let i = 0; i < 3; i++) await worker.complete(await take());
    await submit(); // exhausted
    await worker.fail(await take(), { retryMs: 1_000 });
    await engine.pass(1_000);
    await worker.beat();
    await worker.fail(await take());
    await submit(); // failed for good with attempts left
    await worker.fail(await take());
    await engine.control.cancelTask(await submit());
    const resolved = await submit();
    await worker.fail(await take());
    await engine.control.resolveTask(resolved);
    await submit(); // backs off
    await worker.fail(await take(), { retryMs: 60_000 });
    await submit(); // half done: its second step is in hand
    await worker.complete(await take());
    await take();
    await submit(); // waits
    return { db, engine, worker };
  }

  it('CORE-51 counts tasks and steps of every kind, exactly', async () => {
    const { db } = await oneOfEach();
    expect(await healthCounts(db)).toMatchObject({
      tasks: { total: 8, complete: 1, error: 2, cancelled: 1, resolvedManually: 1, inProgress: 2, pending: 1 },
      // 8 tasks of 3 steps; pending: 2 below each of 4 that are in error, 1 below the one in hand, 3 of the one that waits
      steps: { total: 24, complete: 4, error: 4, cancelled: 3, inProgress: 1, pending: 12 },
      retries: { retryableErrors: 1, exhaustedRetries: 1, inBackoff: 1 },
      approximate: false,
    });
    const { database } = await healthCounts(db);
    expect(database.maxConnections).toBeGreaterThan(0);
    expect(database.activeConnections).toBeLessThanOrEqual(database.maxConnections);
  });

  it('an empty system counts nothing', async () => {
    const { db } = await kind.fresh();
    const { tasks, steps, approximate } = await healthCounts(db);
    expect([...Object.values(tasks), ...Object.values(steps)].every((count) => count === 0)).toBe(true);
    expect(approximate).toBe(false);
  });

  it('a sample stands for many, and says that it does', async () => {
    const { db, submit, worker, take } = await start();
    for (let i = 0; i < 200; i++) await submit();
    for (let i = 0; i < 10; i++) await worker.fail(await take(), { retryMs: 60_000 });
    await take();
    const [row] = await db.query<Record<string, number | boolean>>({ text: 'select * from tasker.health_counts(50)' });
    expect(row).toMatchObject({
      total_tasks: 200,
      pending_tasks: 189,
      in_progress_tasks: 11,
      in_progress_steps: 1,
      in_backoff_steps: 10,
      approximate: true,
    });
    expect(Number(row?.pending_steps)).toBeGreaterThan(300);
    expect(Number(row?.pending_steps)).toBeLessThan(900);
  });

  it('CORE-133 TC-88 TC-89 a failing system shows as an open circuit, then a half open one, then a closed one', async () => {
    const { db, engine, worker, submit, take } = await start();
    await submit();
    const bank = async () => (await listCircuits(db)).find(({ dependentSystem }) => dependentSystem === 'bank');
    expect(await bank()).toEqual({ dependentSystem: 'bank', closed: 1, open: 0, halfOpen: 0 });
    await worker.fail(await take(), { retryMs: 1_000 });
    expect(await bank()).toEqual({ dependentSystem: 'bank', closed: 0, open: 1, halfOpen: 0 });
    await engine.pass(1_000);
    await worker.beat();
    expect(await bank()).toEqual({ dependentSystem: 'bank', closed: 0, open: 0, halfOpen: 1 });
    const step = await take();
    expect(await bank()).toMatchObject({ halfOpen: 1 });
    await worker.complete(step);
    expect(await bank()).toEqual({ dependentSystem: 'bank', closed: 1, open: 0, halfOpen: 0 });
    await submit();
    await worker.fail((await takeOf(worker, 'pay')) ?? step);
    expect(await bank()).toMatchObject({ open: 1 });
  });

  it('lists workers with what they hold, and notices the silent ones', async () => {
    const { db, engine, worker, submit, take } = await start();
    await submit();
    await take();
    const gone = await engine.addWorker({ name: 'bert', namespaces: ['default'], handlers: ['pay'] });
    await setState(db, gone.id, 'stopped');
    const [anna, ...others] = await listWorkers(db);
    expect(others).toEqual([]);
    expect(anna).toMatchObject({
      workerId: worker.id,
      name: 'anna',
      state: 'running',
      namespaces: [],
      handlers: ['default/mail', 'default/pay', 'default/ship'],
      concurrency: 10,
      leaseMs: 5_000,
      heartbeatAt: engine.now(),
      heldSteps: 1,
    });
    await engine.pass(5_001);
    expect(await listWorkers(db, { all: true })).toMatchObject([
      { name: 'bert', state: 'stopped', handlers: ['default/pay'], namespaces: ['default'] },
      { name: 'anna', state: 'silent' },
    ]);
    expect(await listWorkers(db, { all: true, limit: 1, before: gone.id })).toMatchObject([{ name: 'anna' }]);
  });
});

async function takeOf(
  worker: Awaited<ReturnType<Awaited<ReturnType<typeof engineByHand>>['addWorker']>>,
  name: string,
) {
  const steps = await worker.take(10);
  return steps.find(({ registered, step }) => registered.plan.steps[step]?.name === name);
}

async function setState(db: Database, workerId: number, state: string): Promise<void> {
  await db.query({ text: 'update tasker.worker set state = $2::tasker.worker_state where id = $1' }, [workerId, state]);
}
