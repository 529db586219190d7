import type { TaskState } from '@tasker/contract';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type EngineByHand, engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { TestDatabase } from '../../test/servers/test-database.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { listTasks } from './list-tasks.sql.ts';
import type { TaskFilter } from './task-search.ts';

const template = (namespace: string, name: string, version = '0.1.0') =>
  sketchTemplate({ first: {}, second: {}, last: { after: ['first', 'second'] } }, { namespace, name, version });

describeEachDatabase((kind) => {
  let database: TestDatabase;
  let engine: EngineByHand;

  beforeAll(async () => {
    database = await kind.create();
    engine = await engineByHand(database.db);
  });
  beforeEach(() => engine.clear());
  afterAll(() => database.drop());

  const listed = async (filter?: TaskFilter) => (await listTasks(engine.db, filter)).tasks.map((task) => task.taskId);

  it('lists the newest first, page after page, though tasks come in between (TC-102)', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const taskIds: string[] = [];
    for (let i = 0; i < 5; i++) taskIds.push(await engine.submit(orders));
    const newestFirst = taskIds.toReversed();

    const first = await listTasks(engine.db, {}, { limit: 2 });
    expect(first.tasks.map((task) => task.taskId)).toEqual(newestFirst.slice(0, 2));
    await engine.submit(orders);
    const second = await listTasks(engine.db, {}, { limit: 2, cursor: first.nextCursor });
    expect(second.tasks.map((task) => task.taskId)).toEqual(newestFirst.slice(2, 4));
    const third = await listTasks(engine.db, {}, { limit: 2, cursor: second.nextCursor });
    expect(third.tasks.map((task) => task.taskId)).toEqual(newestFirst.slice(4));
    expect(third.nextCursor).toBeUndefined();
    const skipping = await listTasks(engine.db, {}, { limit: 2, offset: 2 });
    expect(skipping.tasks.map((task) => task.taskId)).toEqual(newestFirst.slice(1, 3));
  });

  it('shows what a list needs to show', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const taskId = await engine.submit(orders, {
      priority: 7,
      correlationId: 'c-1',
      parentCorrelationId: 'c-0',
      idempotencyKey: 'k-1',
      initiator: 'anna',
      sourceSystem: 'web',
      reason: 'a test',
      tags: ['red', 'blue'],
    });
    expect((await listTasks(engine.db)).tasks).toEqual([
      {
        taskId,
        namespace: 'shop',
        name: 'orders',
        version: '0.1.0',
        revision: 1,
        state: 'pending',
        priority: 7,
        correlationId: 'c-1',
        parentCorrelationId: 'c-0',
        traceparent: null,
        idempotencyKey: 'k-1',
        initiator: 'anna',
        sourceSystem: 'web',
        reason: 'a test',
        tags: ['red', 'blue'],
        createdAt: engine.now(),
        finishedAt: null,
      },
    ]);
  });

  it('CORE-32 finds tasks by every state, a new one as pending', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const worker = await engine.addWorker();
    const work = async (outcome: 'complete' | 'fail' | 'hold', count = Number.POSITIVE_INFINITY) => {
      for (let i = 0; i < count; i++) {
        const [step] = await worker.take();
        if (step === undefined) return;
        if (outcome === 'complete') await worker.complete(step);
        if (outcome === 'fail') await worker.fail(step);
      }
    };
    const byState: Record<TaskState, string[]> = {
      complete: [await engine.submit(orders), await engine.submit(orders)],
      error: [],
      cancelled: [],
      resolved_manually: [],
      in_progress: [],
      pending: [],
    };
    await work('complete');
    byState.error.push(await engine.submit(orders));
    await work('fail');
    const resolved = await engine.submit(orders);
    await work('fail');
    await engine.control.resolveTask(resolved);
    byState.resolved_manually.push(resolved);
    const cancelled = await engine.submit(orders);
    await engine.control.cancelTask(cancelled);
    byState.cancelled.push(cancelled);
    // begun in different ways: both roots held; one done and one waiting; one in backoff
    byState.in_progress.push(await engine.submit(orders));
    await work('hold');
    byState.in_progress.push(await engine.submit(orders));
    await work('complete', 1);
    byState.in_progress.push(await engine.submit(orders));
    // takes what waits by age: the second root of the task before, too
    const [, step] = await worker.take(2);
    if (step) await worker.fail(step, { retryMs: 60_000 });
    byState.pending.push(await engine.submit(orders), await engine.submit(orders));

    for (const [state, taskIds] of Object.entries(byState)) {
      const status = state as TaskState;
      const newestFirst = taskIds.toReversed();
      const { tasks } = await listTasks(engine.db, { status });
      expect(tasks.map((task) => [task.taskId, task.state])).toEqual(newestFirst.map((taskId) => [taskId, status]));
      for (const filter of [
        { name: 'orders' },
        { namespace: 'shop' },
        { createdAfter: new Date(0) },
        { q: 'ORDERS' },
      ]) {
        expect([filter, await listed({ status, ...filter })]).toEqual([filter, newestFirst]);
      }
      for (const filter of [{ name: 'other' }, { initiator: 'nobody' }, { tag: 'none' }, { correlationId: 'none' }]) {
        expect([filter, await listed({ status, ...filter })]).toEqual([filter, []]);
      }
    }
  });

  it('filters by namespace, name and version', async () => {
    const tasks = new Map<string, string>();
    for (const [namespace, name, version] of [
      ['shop', 'orders', '0.1.0'],
      ['shop', 'orders', '0.2.0'],
      ['shop', 'returns', '0.1.0'],
      ['bank', 'orders', '0.1.0'],
    ] as const) {
      const registered = await engine.register(template(namespace, name, version));
      tasks.set(`${namespace} ${name} ${version}`, await engine.submit(registered));
    }
    const of = (...keys: string[]) => keys.map((key) => tasks.get(key));
    expect(await listed({ namespace: 'bank' })).toEqual(of('bank orders 0.1.0'));
    expect(await listed({ namespace: 'shop', name: 'orders' })).toEqual(of('shop orders 0.2.0', 'shop orders 0.1.0'));
    expect(await listed({ name: 'orders', version: '0.1.0' })).toEqual(of('bank orders 0.1.0', 'shop orders 0.1.0'));
    expect(await listed({ namespace: 'nowhere' })).toEqual([]);
    expect(await listed({ q: 'return' })).toEqual(of('shop returns 0.1.0'));
    expect(await listed({ q: 'orders', namespace: 'bank' })).toEqual(of('bank orders 0.1.0'));
    expect(await listed({ q: 'shop.orders@0.2' })).toEqual(of('shop orders 0.2.0'));
  });

  it('filters by tag, initiator, correlation id and time', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const old = await engine.submit(orders, { tags: ['red', 'blue'], initiator: 'anna', correlationId: 'c-1' });
    const oldAt = engine.now();
    await engine.pass(1_000);
    const recent = await engine.submit(orders, { tags: ['red'], initiator: 'bert', correlationId: 'c-2' });
    expect(await listed({ tag: 'red' })).toEqual([recent, old]);
    expect(await listed({ tag: 'blue' })).toEqual([old]);
    expect(await listed({ tag: 'blue', initiator: 'bert' })).toEqual([]);
    expect(await listed({ initiator: 'anna' })).toEqual([old]);
    expect(await listed({ initiator: 'bert', status: 'pending' })).toEqual([recent]);
    expect(await listed({ correlationId: 'c-2' })).toEqual([recent]);
    expect(await listed({ createdAfter: engine.now() })).toEqual([recent]);
    expect(await listed({ createdBefore: engine.now() })).toEqual([old]);
    expect(await listed({ createdAfter: oldAt, createdBefore: new Date(oldAt.getTime() + 1) })).toEqual([old]);
    expect(await listed({ createdBefore: oldAt })).toEqual([]);
    expect(await listed({ createdBefore: new Date(8.64e15), createdAfter: new Date(-8.64e15) })).toEqual([recent, old]);
  });

  it('finds what belongs to a correlation id: what has it, what is the first of it, and what came of it', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const root = await engine.submit(orders);
    const along = await engine.submit(orders, { correlationId: root, parentCorrelationId: root });
    const apart = await engine.submit(orders, { correlationId: 'c-2', parentCorrelationId: root });
    await engine.submit(orders, { correlationId: 'c-3', parentCorrelationId: 'c-2' });
    const sorted = async (filter: TaskFilter) => (await listed(filter)).toSorted();
    expect(await sorted({ correlationId: root })).toEqual([root, along].toSorted());
    expect(await sorted({ parentCorrelationId: root })).toEqual([along, apart].toSorted());
    expect(await sorted({ parentCorrelationId: root, correlationId: root })).toEqual([along]);
    expect(await sorted({ parentCorrelationId: root, correlationId: 'c-2' })).toEqual([apart]);
    expect(await sorted({ correlationId: root, q: 'orders' })).toEqual([root, along].toSorted());
  });

  it('searches for whatever may have been typed', async () => {
    const orders = await engine.register(template('shop', 'orders'));
    const other = await engine.submit(orders);
    await engine.pass(3_600_000);
    const taskId = await engine.submit(orders, { tags: ['red'], initiator: 'anna', correlationId: 'c-1' });
    for (const q of [
      taskId,
      taskId.toUpperCase(),
      taskId.slice(0, 13),
      ` ${taskId.slice(0, 20)} `,
      stepIdOf(taskId, 2),
    ]) {
      expect([q, await listed({ q })]).toEqual([q, [taskId]]);
    }
    for (const q of ['red', 'anna', 'c-1']) expect([q, await listed({ q })]).toEqual([q, [taskId]]);
    expect(await listed({ q: 'orders' })).toEqual([taskId, other]);
    expect(await listed({ q: 'orders', initiator: 'anna' })).toEqual([taskId]);
    for (const q of ['re', 'nothing', '%', "o'rders", 'ffffffff-ffff'])
      expect([q, await listed({ q })]).toEqual([q, []]);
  });
});
