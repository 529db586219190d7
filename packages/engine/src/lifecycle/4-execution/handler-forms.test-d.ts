import type { Json, JsonObject } from '@tasker/contract';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type ApiConnection,
  type ApiResponse,
  ApiStepHandler,
  BatchableStepHandler,
  type BatchWorkerContext,
  Decision,
  DecisionHandler,
  defineApiHandler,
  defineBatchAnalyzer,
  defineBatchWorker,
  defineDecisionHandler,
  defineHandler,
  defineTask,
  type ResultsOf,
  resultPipeline,
  type StepContext,
  StepHandler,
  StepHandlerResult,
  TransformingStepHandler,
  withMetrics,
  withoutKeys,
} from '../../index.ts';

const needs = { depends: { cart: 'validate_cart' }, inputs: { email: 'customer_email' } } as const;

describe('functional handlers', () => {
  it('know the arguments that they ask for, and nothing is any', () => {
    defineHandler('a', needs, (given) => {
      expectTypeOf(given.cart).toEqualTypeOf<unknown>();
      expectTypeOf(given.email).toEqualTypeOf<unknown>();
      expectTypeOf(given.context).toEqualTypeOf<StepContext>();
      // @ts-expect-error it did not ask for this
      return given.phone;
    });
    defineApiHandler('b', { ...needs, url: 'https://example.com' }, (given) => {
      expectTypeOf(given.cart).toEqualTypeOf<unknown>();
      expectTypeOf(given.api).toEqualTypeOf<ApiConnection>();
      expectTypeOf(given.api.get('/')).toEqualTypeOf<Promise<ApiResponse>>();
      // @ts-expect-error it did not ask for this
      return given.phone;
    });
    defineDecisionHandler('c', needs, (given) => {
      expectTypeOf(given.email).toEqualTypeOf<unknown>();
      // @ts-expect-error it did not ask for this
      return Decision.route('x', { phone: given.phone });
    });
    defineBatchAnalyzer('d', { ...needs, workerTemplate: 'w' }, (given) => {
      expectTypeOf(given.cart).toEqualTypeOf<unknown>();
      expectTypeOf(given.context).toEqualTypeOf<StepContext>();
      return { totalItems: 1, batchSize: 1 };
    });
    defineBatchWorker('e', needs, (given) => {
      expectTypeOf(given.batchContext).toEqualTypeOf<BatchWorkerContext>();
      expectTypeOf(given.batchContext.startCursor).toEqualTypeOf<Json>();
      return given.cart;
    });
  });

  it('may say what they know of the form of their arguments', () => {
    interface Known {
      readonly cart: { readonly total: number } | null;
      readonly email: string;
      readonly context: StepContext;
    }
    defineHandler('a', needs, ({ cart, email }: Known) => [cart?.total, email]);
    defineBatchWorker('b', needs, ({ email, batchContext }: Known & { readonly batchContext: BatchWorkerContext }) => [
      email,
      batchContext.batchId,
    ]);
  });

  it('must return what their kind returns', () => {
    // @ts-expect-error a decision is made by Decision.route or Decision.skip
    defineDecisionHandler('a', {}, () => ({ steps: ['x'] }));
    // @ts-expect-error there is no batch size
    defineBatchAnalyzer('b', { workerTemplate: 'w' }, () => ({ totalItems: 1 }));
    // @ts-expect-error a batch needs to know what works on its parts
    defineBatchAnalyzer('c', {}, () => ({ totalItems: 1, batchSize: 1 }));
    // @ts-expect-error no such key in the configuration of a service
    defineApiHandler('d', { adress: 'https://example.com' }, () => ({}));
    // @ts-expect-error a proof is one of three kinds
    defineApiHandler('e', { auth: { type: 'magic', token: 't' } }, () => ({}));
    // @ts-expect-error a secret is given or named
    defineApiHandler('f', { auth: { type: 'bearer' } }, () => ({}));
  });

  it('keep the type of what they return, for the steps behind them', () => {
    const total = defineHandler('total', needs, async () => ({ total: 1 }));
    const order = defineTask({ name: 'order' }).step('total', { handler: total });
    expectTypeOf<ResultsOf<typeof order>['total']>().toEqualTypeOf<{ total: number }>();
  });
});

describe('handler classes', () => {
  it('know what they are given, and nothing is any', () => {
    class Fetch extends ApiStepHandler {
      process(context: StepContext, api: ApiConnection) {
        expectTypeOf(context.stepConfig).toEqualTypeOf<JsonObject>();
        expectTypeOf(context.getPreviousStepData('a', 'b')).toEqualTypeOf<Json>();
        return api.post('/', { body: { a: 1 } });
      }
      override processResults(response: ApiResponse) {
        expectTypeOf(response.body).toEqualTypeOf<Json>();
        expectTypeOf(response.orThrow()).toEqualTypeOf<ApiResponse>();
        return response.status;
      }
    }
    expectTypeOf(new Fetch().call).returns.toEqualTypeOf<Promise<unknown>>();
    // @ts-expect-error data to send goes into `body`
    const misplaced = (api: ApiConnection) => api.post('/', { items: [] });
    expectTypeOf(misplaced).returns.toEqualTypeOf<Promise<ApiResponse>>();
  });

  it('return what their kind returns', () => {
    class Route extends DecisionHandler {
      call() {
        return this.decisionSuccess(['a', 'b'], { amount: 1 });
      }
    }
    expectTypeOf(new Route().call()).toExtend<StepHandlerResult>();
    class Guess extends DecisionHandler {
      // @ts-expect-error names of steps are no decision
      call() {
        return { steps: ['a', 'b'] };
      }
    }
    expectTypeOf(new Guess()).toExtend<StepHandler>();
    class Cut extends BatchableStepHandler {
      call(context: StepContext) {
        expectTypeOf(this.getBatchContext(context)).toEqualTypeOf<BatchWorkerContext | null>();
        expectTypeOf(this.createCursorConfigs(10, 2)[0]?.cursor_start).toEqualTypeOf<number | undefined>();
        return this.batchSuccess('w', this.createCursorRanges(10, 5));
      }
    }
    expectTypeOf(new Cut().call).returns.toExtend<StepHandlerResult>();
  });

  it('keep the type of a result in so many words', () => {
    class Total extends StepHandler {
      call() {
        return this.success({ total: 1 });
      }
    }
    const order = defineTask({ name: 'order' }).step('total', { handler: Total });
    expectTypeOf<ResultsOf<typeof order>['total']>().toEqualTypeOf<{ total: number }>();
    expectTypeOf(StepHandlerResult.success(1).toJSON()).not.toBeAny();
  });

  it('keep the type of what they make of their work', () => {
    class Total extends TransformingStepHandler<{ cents: number }, { total: number }> {
      process() {
        return { cents: 100 };
      }
      processResults({ cents }: { cents: number }) {
        return { total: cents / 100 };
      }
    }
    expectTypeOf(new Total().call).returns.resolves.toEqualTypeOf<
      { total: number } | StepHandlerResult<{ total: number }>
    >();
    // @ts-expect-error the result has no total
    const wrong: Total['processResults'] = () => ({});
    expectTypeOf(wrong).toBeFunction();
  });
});

describe('a result pipeline', () => {
  it('knows what is left of a result, and what is added', () => {
    const result = withoutKeys('password')({ name: 'Ada', password: 'p', keys: [{ password: 'q', id: 1 }] });
    expectTypeOf(result).toEqualTypeOf<{ name: string; keys: { id: number }[] }>();
    expectTypeOf(withMetrics({ took: 'duration' })({ a: 1 }).performance_metrics.took).toEqualTypeOf<unknown>();
    const pipeline = resultPipeline(
      (value: number) => String(value),
      (text) => {
        expectTypeOf(text).toEqualTypeOf<string>();
        return { text };
      },
    );
    expectTypeOf(pipeline).returns.toEqualTypeOf<{ text: string }>();
  });
});
