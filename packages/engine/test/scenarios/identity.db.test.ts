import { expect, it } from 'vitest';
import { DuplicateTask, IdempotencyKeyReused, InvalidRequest, type Tasker } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { listen } from './signals.ts';
import { start } from './start.ts';

const noWorker = { worker: false, upkeep: false } as const;
const one = chainOf(1);
const templates = [
  graphOf(one, { name: 'unique' }),
  graphOf(one, { name: 'strict', more: { identity_strategy: 'strict' } }),
  graphOf(one, { name: 'keyed', more: { identity_strategy: 'caller_provided' } }),
];

describeOneDatabase((kind) => {
  it('equal requests are two tasks unless something says otherwise (CORE-19, TC-08)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const first = await tasker.submit({ name: 'unique', context: { a: 1 } });
    const second = await tasker.submit({ name: 'unique', context: { a: 1 } });
    expect(second).toMatchObject({ replayed: false });
    expect(second.id).not.toBe(first.id);
  });

  it('a strict template takes the same context once, whatever the order of its keys (CORE-20, CORE-21, TC-06)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const first = await tasker.submit({ name: 'strict', context: { a: { x: 1, y: [2, 3] }, b: 2 } });
    const problem = await refusalOf(tasker.submit({ name: 'strict', context: { b: 2.0, a: { y: [2, 3], x: 1 } } }));
    expect(problem).toBeInstanceOf(DuplicateTask);
    expect(problem).toMatchObject({
      status: 409,
      existingTaskId: first.id,
      message:
        `The same default/strict@1.0.0 was submitted before, as task ${first.id}. ` +
        'Change the context, or give an idempotency key of its own to a task that is meant to run again.',
    });
    for (const context of [{}, { b: 2 }, { a: { x: 1, y: [3, 2] }, b: 2 }, { a: { x: '1', y: [2, 3] }, b: 2 }])
      expect(await tasker.submit({ name: 'strict', context })).toMatchObject({ replayed: false });
  });

  it('what is the same is said per namespace and version (CORE-20)', async () => {
    const { db } = await kind.fresh();
    const strict = { name: 'strict', more: { identity_strategy: 'strict' } };
    const others = [graphOf(one, { ...strict, version: '2.0.0' }), graphOf(one, { ...strict, namespace: 'other' })];
    const tasker = await start(db, { ...noWorker, templates: [...templates, ...others] });
    const request = { name: 'strict', context: { a: 1 } };
    const tasks = [
      await tasker.submit({ ...request, version: '1.0.0' }),
      await tasker.submit({ ...request, version: '2.0.0' }),
      await tasker.submit({ ...request, namespace: 'other' }),
    ];
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(3);
    expect(await refusalOf(tasker.submit(request))).toMatchObject({ existingTaskId: tasks[1]?.id });
  });

  it('a template that wants a key of its caller refuses a task without one (CORE-23, TC-07)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const problem = await refusalOf(tasker.submit({ name: 'keyed', context: {} }));
    expect(problem).toBeInstanceOf(InvalidRequest);
    expect(problem).toMatchObject({
      message: '`idempotency_key` is required: default/keyed@1.0.0 has the identity strategy caller_provided.',
    });
    expect(await tasker.submit({ name: 'keyed', context: {}, idempotencyKey: 'k' })).toMatchObject({ replayed: false });
  });

  it.each(['unique', 'strict', 'keyed'])(
    'a key returns the first task, for a %s template (TC-07, TC-09)',
    async (name) => {
      const { db } = await kind.fresh();
      const tasker = await start(db, { ...noWorker, templates });
      const request = { name, context: { a: 1, b: 2 }, idempotencyKey: 'order-7' };
      const first = await tasker.submit(request);
      const events = listen(tasker).events;
      const again = await tasker.submit({ ...request, context: { b: 2, a: 1 }, priority: 9 });
      expect(again).toMatchObject({ id: first.id, replayed: true });
      expect(events).toEqual([]);
      const problem = await refusalOf(tasker.submit({ ...request, context: { a: 2 } }));
      expect(problem).toBeInstanceOf(IdempotencyKeyReused);
      expect(problem).toMatchObject({
        status: 409,
        message: `The idempotency key was used for task ${first.id} with another context. Use a new key for a new request.`,
      });
      expect(await tasker.submit({ ...request, idempotencyKey: 'order-8' })).toMatchObject({ replayed: false });
    },
  );

  it('a key that is sent again after a newer version was registered still returns the first task', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const request = { name: 'unique', context: { a: 1 }, idempotencyKey: 'order-7' };
    const first = await tasker.submit(request);
    const input_schema = { type: 'object', properties: { b: { type: 'integer', default: 2 } } };
    await tasker.register(graphOf(one, { name: 'unique', version: '2.0.0', more: { input_schema } }));
    expect(await tasker.submit(request)).toMatchObject({ id: first.id, replayed: true });
    expect(await tasker.submit({ ...request, version: '2.0.0' })).toMatchObject({ id: first.id, replayed: true });
  });

  it('the same twice in one go is one task and, without a key, none', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const keyed = { name: 'unique', context: {}, idempotencyKey: 'k' };
    const [first, second] = await tasker.submitMany([keyed, keyed]);
    expect(second).toMatchObject({ id: first?.id, replayed: true });
    const strict = { name: 'strict', context: { a: 1 } };
    expect(await refusalOf(tasker.submitMany([strict, strict]))).toBeInstanceOf(DuplicateTask);
    expect(await tasker.submit(strict)).toMatchObject({ replayed: false });
  });

  it('of twenty submissions of the same thing at once one makes the task, in one process or in several (CORE-22)', async () => {
    const { db, url } = await kind.fresh();
    const first = await start(db, { ...noWorker, templates });
    const taskers = [first, ...(await Promise.all([1, 2, 3].map(() => start(kind.concurrent ? url : db, noWorker))))];
    const all = (submit: (tasker: Tasker) => Promise<unknown>) =>
      Promise.all(
        taskers.flatMap((tasker) => Array.from({ length: 5 }, () => submit(tasker).catch((error: unknown) => error))),
      );

    const strict = await all((tasker) => tasker.submit({ name: 'strict', context: { a: 1 } }));
    const accepted = strict.filter((answer) => !(answer instanceof Error)).map(idOf);
    expect(accepted).toHaveLength(1);
    const refused = strict.filter((answer) => answer instanceof DuplicateTask);
    expect(refused).toHaveLength(19);
    expect([...new Set(refused.map(({ existingTaskId }) => existingTaskId))]).toEqual(accepted);

    const keyed = await all((tasker) => tasker.submit({ name: 'keyed', context: {}, idempotencyKey: 'k' }));
    expect(keyed.filter((answer) => answer instanceof Error)).toEqual([]);
    expect(new Set(keyed.map(idOf)).size).toBe(1);
    expect(keyed.filter((answer) => Reflect.get(Object(answer), 'replayed') === false)).toHaveLength(1);
    const [{ count } = { count: 0 }] = await db.query<{ count: number }>({
      text: 'select count(*)::int as count from tasker.task',
    });
    expect(count).toBe(2);
  });

  it('tasks and identities that meet in opposite orders do not keep each other waiting for ever', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates });
    const requests = Array.from({ length: 50 }, (_, i) => ({ name: 'unique', context: {}, idempotencyKey: `k${i}` }));
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, i) => tasker.submitMany(i % 2 === 0 ? requests : requests.toReversed())),
    );
    expect(new Set(rounds.flat().map(({ id }) => id)).size).toBe(50);
  });
});

function idOf(answer: unknown): unknown {
  return Reflect.get(Object(answer), 'id');
}

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
}
