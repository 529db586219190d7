import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTask, taskFromTemplate } from '../../src/define.ts';
import {
  explain,
  findAnnotations,
  findSteps,
  InvalidContext,
  PermanentError,
  readTemplateYaml,
} from '../../src/index.ts';
import { describeEachDatabase } from '../servers/databases.ts';
import { start } from './start.ts';

describeEachDatabase((kind) => {
  const priced = defineTask({ name: 'priced' })
    .step('price', { run: () => ({ total: 30 }) })
    .step('cost', { skippable: true, run: () => ({ total: 10 }) });

  it('CORE-100: what onComplete notes is there when the task is complete, once, from the results of all steps', async () => {
    const { db } = await kind.fresh();
    let asked = 0;
    const noted = priced.onComplete(({ input, results }) => {
      asked += 1;
      return { margin: { cents: results.price.total - (results.cost?.total ?? 0) }, asked, who: input['who'] ?? null };
    });
    const tasker = await start(db, { tasks: [noted, noted] });
    const seen: unknown[] = [];
    tasker.on('task.completed', async ({ task_id: id }) => seen.push(await findAnnotations(db, id)));
    const task = await tasker.submit(noted, { who: 'ada' });
    expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    const notes = [
      { name: 'asked', value: 1 },
      { name: 'margin', value: { cents: 20 } },
      { name: 'who', value: 'ada' },
    ];
    expect(await findAnnotations(db, task.id)).toMatchObject(notes);
    await expect.poll(() => seen).toMatchObject([notes]);
    const skipping = await tasker.submit(noted, {}, { bypassSteps: ['cost'] });
    await skipping.completed({ timeoutMs: 20_000 });
    expect(await findAnnotations(db, skipping.id)).toMatchObject([{}, { value: { cents: 30 } }, { value: null }]);
  });

  it('CORE-100: a hook that fails is tried again, and leaves nothing of the attempts that failed', async () => {
    const { db } = await kind.fresh();
    const passes: number[] = [];
    const noted = priced.onComplete(({ context }) => {
      passes.push(context.attempt);
      context.annotate(`pass ${context.attempt}`, true);
      if (passes.length < 3) throw new Error('not yet');
      return { passes: passes.length };
    });
    const tasker = await start(db, { tasks: [noted], random: () => 0 });
    const { id } = await tasker.submit(noted, {});
    for (const pass of [1, 2]) {
      await expect.poll(async () => (await findSteps(db, [id])).at(-1)?.attempts, { timeout: 20_000 }).toBe(pass);
      expect(await findAnnotations(db, id)).toEqual([]);
      // the wait would be a second
      if (pass === 1) expect(await explain(db, id, 'on_complete')).toMatchObject([{ kind: 'backoff' }]);
      await tasker.retryStep(id, 'on_complete').catch(() => undefined);
    }
    expect(await tasker.task(id).completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    expect(passes).toEqual([1, 2, 3]);
    expect(await findAnnotations(db, id)).toMatchObject([
      { name: 'pass 3', value: true },
      { name: 'passes', value: 3 },
    ]);
  });

  it('CORE-100: a task that fails is not noted about, and steps added at submission come before the notes', async () => {
    const { db } = await kind.fresh();
    const noted = priced
      .onComplete(({ results }) => ({ steps: Object.keys(results) }))
      .onSubmit((input) => ({
        add: {
          last: { like: 'price', after: ['cost'] },
          ...(input['fail'] === true ? { bad: { handler: 'bad' } } : {}),
        },
      }));
    const fail = () => {
      throw new PermanentError('no');
    };
    const tasker = await start(db, { tasks: [noted], handlers: { bad: fail } });
    const good = await tasker.submit(noted, {});
    expect(await good.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    expect(await findAnnotations(db, good.id)).toMatchObject([{ value: ['price', 'cost', 'last'] }]);
    const bad = await tasker.submit(noted, { fail: true });
    expect(await bad.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'error' });
    expect(await findAnnotations(db, bad.id)).toEqual([]);
  });

  it('a handler notes facts in the commit that completes its step, in a transaction of its own as well', async () => {
    const { db } = await kind.fresh();
    const task = defineTask({ name: 'noting' })
      .step('plain', {
        run({ context }) {
          context.annotate('risk', { level: 1 });
          context.annotate('risk', { level: 2 });
          expect(() => context.annotate('', 1)).toThrow('`name` must have 1 to 64 characters');
          return null;
        },
      })
      .step('within', {
        after: ['plain'],
        run: ({ context }) =>
          context.transaction(() => {
            context.annotate('place', 'within');
            return Promise.resolve(null);
          }),
      });
    const tasker = await start(db, { tasks: [task] });
    const { id, completed } = await tasker.submit(task, {});
    expect(await completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    expect(await findAnnotations(db, id)).toMatchObject([
      { name: 'place', value: 'within' },
      { name: 'risk', value: { level: 2 } },
    ]);
  });

  it('CORE-101: the schema of the code goes before that of the template, hooks come with it', async () => {
    const { db } = await kind.fresh();
    const [template] = readTemplateYaml(`
name: order
version: 1.0.0
input_schema: { type: object, required: [legacy] }
steps:
  - { name: pay, handler: { callable: shop.pay } }
`);
    if (template === undefined) throw new Error('no template');
    const order = taskFromTemplate(template, {
      input: z.object({ cart: z.array(z.number()).min(1), gift: z.boolean().default(false) }),
      handlers: { 'shop.pay': (context) => context.inputData },
    })
      .onSubmit(({ cart }) => ({ priority: cart.length }))
      .onComplete(({ input }) => ({ gift: input.gift }));
    const tasker = await start(db, { tasks: [order] });
    await expect(tasker.submit({ name: 'order', context: { legacy: true } })).rejects.toThrow(InvalidContext);
    // @ts-expect-error a cart is needed
    await expect(tasker.submit(order, { legacy: true })).rejects.toThrow(InvalidContext);
    const task = await tasker.submit(order, { cart: [1, 2] });
    const outcome = await task.completed({ timeoutMs: 20_000 });
    expect(outcome).toMatchObject({ status: 'complete', results: { pay: { cart: [1, 2], gift: false } } });
    expect(await findAnnotations(db, task.id)).toMatchObject([{ name: 'gift', value: false }]);
    const unchanged = taskFromTemplate(template);
    expect(unchanged.document).toEqual(template);
  });
});
