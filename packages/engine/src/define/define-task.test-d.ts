import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Json, JsonObject } from '@tasker/contract';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';
import { StepHandler } from '../lifecycle/4-execution/step-handler.ts';
import type { StepHandlerResult } from '../lifecycle/4-execution/step-handler-result.ts';
import { defineTask, type InputOf, type ResultsOf, type SubmittedOf } from './define-task.ts';
import { jsonSchema } from './schema-source.ts';

interface Order {
  readonly cart: readonly { readonly productId: number; readonly quantity: number }[];
  readonly email?: string;
}

const order = defineTask({
  name: 'process_order',
  namespace: 'ecommerce',
  version: '1.0.0',
  input: jsonSchema<Order>({}),
})
  .step('validate_cart', { run: async ({ input }) => ({ total: input.cart.length, note: 'ok' }) })
  .step('process_payment', {
    after: ['validate_cart'],
    timeoutSeconds: 30,
    retry: { maxAttempts: 5, backoff: 'linear' },
    run: ({ results }) => ({ paid: results.validate_cart.total }),
  })
  .step('ship', { after: ['process_payment'], run: ({ results }) => ({ shipped: results.process_payment.paid > 0 }) });

describe('a task built in TypeScript', () => {
  it('gives a step the input of the task', () => {
    expectTypeOf<InputOf<typeof order>>().toEqualTypeOf<Order>();
    order.step('x', {
      run({ input, context }) {
        expectTypeOf(input).toEqualTypeOf<Order>();
        expectTypeOf(context.inputData).toEqualTypeOf<Order>();
        expectTypeOf(context.getInput('email')).toEqualTypeOf<string | undefined>();
        expectTypeOf(context.getInputOr('email', null)).toEqualTypeOf<string | null>();
        // @ts-expect-error the input has no such key
        context.getInput('phone');
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        expectTypeOf(context.attempt).toEqualTypeOf<number>();
      },
    });
  });

  it('gives a step the results of exactly the steps it runs after', () => {
    order.step('x', {
      after: ['process_payment', 'validate_cart'],
      run({ results }) {
        expectTypeOf(results).toEqualTypeOf<{
          readonly process_payment: { paid: number };
          readonly validate_cart: { total: number; note: string };
        }>();
      },
    });
    order.step('y', {
      after: ['ship'],
      // @ts-expect-error validate_cart is upstream, but not named in `after`
      run: ({ results }) => results.validate_cart,
    });
    order.step('z', {
      // @ts-expect-error a first step has no results to read
      run: ({ results }) => results.ship,
    });
  });

  it('gives a step the result of any step upstream through the context', () => {
    order.step('x', {
      after: ['ship'],
      run({ context }) {
        expectTypeOf(context.getDependencyResult('validate_cart')).toEqualTypeOf<{ total: number; note: string }>();
        expectTypeOf(context.dependencyResults.ship).toEqualTypeOf<{ shipped: boolean } | undefined>();
        expectTypeOf(context.getDependencyField('validate_cart', 'total')).toEqualTypeOf<Json>();
        // @ts-expect-error there is no such step
        context.getDependencyResult('nonsense');
      },
    });
    order.step('y', {
      after: ['validate_cart'],
      // @ts-expect-error ship exists, but is not upstream
      run: ({ context }) => context.getDependencyResult('ship'),
    });
  });

  it('refuses to run after a step that does not exist', () => {
    // @ts-expect-error there is no such step
    order.step('x', { after: ['validate_card'], run: () => ({}) });
  });

  it('refuses a second step of the same name', () => {
    // @ts-expect-error There is a step named ship already.
    order.step('ship', { run: () => ({}) });
  });

  it('refuses results that JSON cannot keep', () => {
    // @ts-expect-error The result.callback is a function, which cannot be kept as JSON.
    order.step('a', { run: () => ({ callback: () => 1 }) });
    // @ts-expect-error The result.amount is a bigint
    order.step('b', { run: async () => ({ amount: 10n }) });
    // @ts-expect-error The result[].at is a Date
    order.step('c', { run: async () => [{ at: new Date() }] });
    // @ts-expect-error The result.byId is a Map
    order.step('d', { run: () => ({ byId: new Map<string, number>() }) });
    // @ts-expect-error The result.mark is a symbol
    order.step('e', { run: () => ({ mark: Symbol('mark') }) });
    class Account {
      readonly balance: number = 10;
      isEmpty(): boolean {
        return this.balance === 0;
      }
    }
    // @ts-expect-error The result.account.isEmpty is a function
    order.step('f', { run: () => ({ account: new Account() }) });
    // @ts-expect-error nobody knows what `unknown` is
    order.step('g', { run: (): unknown => 1 });
  });

  it('accepts every form of JSON, interfaces and types that contain themselves among them', () => {
    interface Tree {
      readonly name: string;
      readonly children: readonly Tree[];
    }
    const more = order
      .step('tree', { run: (): Tree => ({ name: 'root', children: [] }) })
      .step('json', { run: (): Json => [1, 'two', null, { three: true }] })
      .step('optional', { run: (): { note?: string; code: number | undefined } => ({ code: 1 }) })
      .step('scalar', { run: () => 42 })
      .step('nothing', { run: () => undefined })
      .step('side_effect', { run: async () => {} });
    expectTypeOf<ResultsOf<typeof more>['tree']>().toEqualTypeOf<Tree>();
    expectTypeOf<ResultsOf<typeof more>['scalar']>().toEqualTypeOf<number>();
    expectTypeOf<ResultsOf<typeof more>['nothing']>().toEqualTypeOf<null>();
    expectTypeOf<ResultsOf<typeof more>['side_effect']>().toEqualTypeOf<null>();
  });

  it('makes JSON of a result that the compiler knows nothing of, not something that it no longer checks', () => {
    const loose = defineTask({ name: 'loose' })
      .step('sync', { run: () => JSON.parse('1') })
      .step('async', { run: async () => JSON.parse('1') })
      .step('named', { handler: 'shop.pack' });
    expectTypeOf<ResultsOf<typeof loose>>().toEqualTypeOf<{
      readonly sync: Json;
      readonly async: Json;
      readonly named: Json;
    }>();
    loose.step('next', {
      after: ['async'],
      // @ts-expect-error it may be anything
      run: ({ results }) => ({ total: results.async.total }),
    });
  });

  it('knows nothing of what a schema for anything lets in', () => {
    const loose = defineTask({ name: 'loose', input: z.any() }).step('a', { result: z.any(), run: () => 1 });
    expectTypeOf<InputOf<typeof loose>>().toEqualTypeOf<JsonObject>();
    expectTypeOf<SubmittedOf<typeof loose>>().toEqualTypeOf<JsonObject>();
    expectTypeOf<ResultsOf<typeof loose>['a']>().toEqualTypeOf<Json>();
    loose.step('b', {
      after: ['a'],
      run: ({ input, results }) => expectTypeOf([input, results.a]).toEqualTypeOf<Json[]>(),
    });
  });

  it('knows the results of the whole task', () => {
    expectTypeOf<keyof ResultsOf<typeof order>>().toEqualTypeOf<'validate_cart' | 'process_payment' | 'ship'>();
    expectTypeOf<ResultsOf<typeof order>['ship']>().toEqualTypeOf<{ shipped: boolean }>();
  });

  it('holds `run` to a declared result schema, and shows other steps what the schema makes of it', () => {
    const receipt = z.object({ status: z.enum(['paid', 'open']), total: z.number().default(0) });
    const paid = order.step('receipt', {
      result: receipt,
      run: async ({ input }) => ({ status: input.email ? 'paid' : 'open' }),
    });
    expectTypeOf<ResultsOf<typeof paid>['receipt']>().toEqualTypeOf<{ status: 'paid' | 'open'; total: number }>();
    order.step('literal', {
      result: receipt,
      run: async ({ input }) => ({ status: 'paid', total: input.cart.length }),
    });
    // A function without parameters is typed before the schema is known; `as const` keeps the word.
    order.step('constant', { result: receipt, run: () => ({ status: 'open' as const }) });
    // @ts-expect-error `status` must be one of two words
    order.step('bad', { result: receipt, run: () => ({ status: 'lost' }) });
    // @ts-expect-error `status` is missing
    order.step('bad', { result: receipt, run: async () => ({ total: 1 }) });
    const typed = order.step('typed', { result: jsonSchema<{ id: number }>({}), run: () => ({ id: 1 }) });
    expectTypeOf<ResultsOf<typeof typed>['typed']>().toEqualTypeOf<{ id: number }>();
    // @ts-expect-error `id` is a number
    order.step('bad', { result: jsonSchema<{ id: number }>({}), run: () => ({ id: '1' }) });
  });

  it('lets a skippable step be null for those behind it', () => {
    const skippable = order.step('gift_wrap', { skippable: true, run: () => ({ paper: 'red' }) });
    expectTypeOf<ResultsOf<typeof skippable>['gift_wrap']>().toEqualTypeOf<{ paper: string } | null>();
  });

  it('takes the input of any Standard Schema, before its defaults at the door and after them in the steps', () => {
    const task = defineTask({
      name: 'greet',
      input: z.object({ name: z.string(), times: z.number().default(1) }),
    });
    expectTypeOf<SubmittedOf<typeof task>>().toEqualTypeOf<{ name: string; times?: number | undefined }>();
    expectTypeOf<InputOf<typeof task>>().toEqualTypeOf<{ name: string; times: number }>();
    // @ts-expect-error The input.at is a Date
    defineTask({ name: 'bad', input: z.object({ at: z.date() }) });
    expectTypeOf<InputOf<ReturnType<typeof untyped>>>().toEqualTypeOf<JsonObject>();
    const handmade: StandardSchemaV1<{ a: number }> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { a: 1 } }) },
    };
    const byHand = defineTask({ name: 'x', input: handmade });
    expectTypeOf<InputOf<typeof byHand>>().toEqualTypeOf<{ a: number }>();
  });

  it('takes a handler class or the name of a handler in place of `run`', () => {
    class Charge extends StepHandler {
      async call(_context: StepContext) {
        return this.success({ chargeId: 'ch_1' });
      }
    }
    class Count extends StepHandler {
      call(): number {
        return 3;
      }
    }
    const task = order
      .step('charge', { handler: Charge })
      .step('count', { handler: Count, method: 'call', config: { limit: 3 } })
      .step('named', { handler: 'payments.refund' })
      .step('described', { handler: 'payments.refund', result: jsonSchema<{ refundId: string }>({}) });
    expectTypeOf<ResultsOf<typeof task>['charge']>().toEqualTypeOf<{ chargeId: string }>();
    expectTypeOf<ResultsOf<typeof task>['count']>().toEqualTypeOf<{ readonly result: number }>();
    expectTypeOf<ResultsOf<typeof task>['named']>().toEqualTypeOf<Json>();
    expectTypeOf<ResultsOf<typeof task>['described']>().toEqualTypeOf<{ refundId: string }>();
    class Untyped extends StepHandler {
      async call(): Promise<StepHandlerResult> {
        return this.success(1);
      }
    }
    const untypedResult = order.step('untyped', { handler: Untyped });
    expectTypeOf<ResultsOf<typeof untypedResult>['untyped']>().toEqualTypeOf<Json>();
    class Dated extends StepHandler {
      call() {
        return { at: new Date() };
      }
    }
    // @ts-expect-error The result.at is a Date
    order.step('dated', { handler: Dated });
    // @ts-expect-error one of `run` and `handler`
    order.step('both', { handler: 'payments.refund', run: () => ({}) });
    // @ts-expect-error one of `run` and `handler`
    order.step('neither', { timeoutSeconds: 3 });
  });
});

function untyped() {
  return defineTask({ name: 'untyped' });
}
