import { defineTask, jsonSchema } from '@tasker/engine/define';
import { expectTypeOf, test } from 'vitest';
import type { Client } from './client.ts';

interface Order {
  readonly items: readonly string[];
}

const order = defineTask({ name: 'order', input: jsonSchema<Order>({ type: 'object' }) })
  .step('price', { run: ({ input }) => ({ total: input.items.length }) })
  .step('pay', { after: ['price'], run: ({ results }) => ({ paid: results.price.total }) });

declare const client: Client;

test('a submission has the context that its definition takes', () => {
  const submitted = () => client.submit<typeof order>({ name: 'order', context: { items: ['book'] } });
  expectTypeOf(submitted).returns.resolves.toHaveProperty('task_id').toEqualTypeOf<string>();
  // @ts-expect-error items are missing
  void (() => client.submit<typeof order>({ name: 'order', context: {} }));
  // @ts-expect-error a template has a name
  void (() => client.submit<typeof order>({ context: { items: [] } }));
  // @ts-expect-error there is nothing of this name to say
  void (() => client.submit({ name: 'order', context: {}, priorty: 1 }));
});

test('a complete task has the results of its definition, any other only some of them', async () => {
  const outcome = await client.waitFor<typeof order>('id');
  if (outcome.status === 'complete') {
    expectTypeOf(outcome.results.pay).toEqualTypeOf<{ paid: number }>();
    // @ts-expect-error there is no such step
    void outcome.results.mail;
  } else {
    expectTypeOf(outcome.results.pay).toEqualTypeOf<{ paid: number } | undefined>();
    expectTypeOf(outcome.status).toEqualTypeOf<'error' | 'cancelled' | 'resolved_manually'>();
  }
});

test('the results of a task without a definition are JSON', async () => {
  const task = await client.submit({ name: 'order', context: { anything: 1 } });
  const { results } = await task.completed();
  expectTypeOf(results).toExtend<Readonly<Record<string, unknown>>>();
});

test('what needs no input may be asked without any', () => {
  expectTypeOf(client.tasks.list).toBeCallableWith();
  expectTypeOf(client.tasks.list).toBeCallableWith({ status: 'error', limit: 5 });
  expectTypeOf(client.workers.list).toBeCallableWith();
  // @ts-expect-error there is no such state
  void (() => client.tasks.list({ status: 'done' }));
  // @ts-expect-error which task?
  void (() => client.tasks.show());
});
