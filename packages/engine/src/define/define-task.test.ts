import type { JsonObject } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stepContextOf } from '../../test/attempts/step-context-of.ts';
import { systemClock } from '../clock.ts';
import { InvalidTemplate } from '../errors.ts';
import { compilePlan } from '../graph/compile-plan.ts';
import { readTemplate } from '../lifecycle/1-template/read-template.ts';
import { readTemplateYaml } from '../lifecycle/1-template/read-template-yaml.ts';
import { defineHandler } from '../lifecycle/4-execution/define-handler.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from '../lifecycle/4-execution/handler-outcome.ts';
import { HandlerRegistry } from '../lifecycle/4-execution/handler-registry.ts';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';
import { StepHandler } from '../lifecycle/4-execution/step-handler.ts';
import { type AnyTaskDefinition, defineTask } from './define-task.ts';
import { checkStandardSchema, jsonSchema } from './schema-source.ts';

/** Runs one step of a definition as a worker would, on given results upstream. */
async function runStep(
  definition: AnyTaskDefinition,
  stepName: string,
  input: JsonObject = {},
  results: Parameters<typeof stepContextOf>[0] = {},
): Promise<HandlerOutcome> {
  const handlers = new HandlerRegistry();
  for (const [callable, handler] of definition.handlers) handlers.register(callable, handler);
  const step = definition.document.steps.find(({ name }) => name === stepName);
  const { callable = '', method = 'call' } = step?.handler ?? {};
  const options = { maxResultBytes: 10_000, resultSchema: step?.result_schema, clock: systemClock };
  try {
    const { call } = handlers.bind({ callable, method, config: {} });
    return outcomeOfReturn(await call(stepContextOf({ input, ...results })), options);
  } catch (error) {
    return outcomeOfThrow(error, 0);
  }
}

const order = defineTask({
  name: 'process_order',
  namespace: 'ecommerce',
  version: '1.0.0',
  description: 'An order',
  metadata: { author: 'shop' },
  identity: 'strict',
  dependentSystem: 'shop',
  input: jsonSchema<{ price: number }>({ type: 'object', required: ['price'] }),
})
  .step('validate_cart', { run: ({ input }) => ({ total: input.price * 2 }) })
  .step('process_payment', {
    description: 'Charges the card',
    after: ['validate_cart'],
    timeoutSeconds: 30,
    retry: { maxAttempts: 5, backoff: 'linear', baseMs: 10, maxMs: 100, jitter: 0 },
    dependentSystem: 'gateway',
    config: { currency: 'EUR' },
    skippable: true,
    run: async ({ results, context }) => ({ charged: results.validate_cart.total, key: context.idempotencyKey }),
  });

const orderYaml = `
name: process_order
namespace_name: ecommerce
version: 1.0.0
description: An order
metadata: { author: shop }
identity_strategy: strict
system_dependencies: { primary: shop }
input_schema: { type: object, required: [price] }
steps:
  - name: process_payment
    description: Charges the card
    handler:
      callable: ecommerce/process_order@1.0.0#process_payment
      initialization: { currency: EUR }
    depends_on: [validate_cart]
    timeout_seconds: 30
    retry: { limit: 5, backoff: linear, backoff_base_ms: 10, max_backoff_ms: 100, jitter: 0 }
    system_dependency: gateway
    skippable: true
  - name: validate_cart
    handler: { callable: "ecommerce/process_order@1.0.0#validate_cart" }
`;

describe('a task built in TypeScript', () => {
  it('CORE-90: is the same plan as the same task in YAML', () => {
    const plans = readTemplateYaml(orderYaml).map(compilePlan);
    expect(plans).toEqual([compilePlan(order.document)]);
    expect(readTemplate(order.document)).toEqual(order.document);
  });

  it('brings its handlers, by names that hold the version, so that two versions may run side by side', () => {
    expect([...order.handlers.keys()]).toEqual([
      'ecommerce/process_order@1.0.0#validate_cart',
      'ecommerce/process_order@1.0.0#process_payment',
    ]);
  });

  it('runs a step with the input, and with the results it runs after', async () => {
    expect(await runStep(order, 'validate_cart', { price: 4 })).toEqual({ kind: 'success', resultText: '{"total":8}' });
    const paid = await runStep(
      order,
      'process_payment',
      {},
      { stepId: 's-1', results: { validate_cart: { total: 8 } } },
    );
    expect(paid).toEqual({ kind: 'success', resultText: '{"charged":8,"key":"s-1"}' });
  });

  it('is not changed by steps that are added to it', () => {
    const longer = order.step('ship', { after: ['process_payment'], run: () => ({}) });
    expect(order.document.steps).toHaveLength(2);
    expect(longer.document.steps).toHaveLength(3);
    expect(longer.document).toBe(longer.document);
  });

  it('has what `run` returned stored exactly', async () => {
    const task = defineTask({ name: 't' })
      .step('number', { run: () => 42 })
      .step('list', { run: async () => [1, 2] })
      .step('nothing', { run: async () => {} })
      .step('object', { run: () => ({ a: 1 }) });
    const outcomes = await Promise.all(['number', 'list', 'nothing', 'object'].map((name) => runStep(task, name)));
    expect(outcomes.map((outcome) => outcome.kind === 'success' && outcome.resultText)).toEqual([
      '42',
      '[1,2]',
      'null',
      '{"a":1}',
    ]);
  });

  it('leaves the same history as a class or a functional handler that returns the same object', async () => {
    class Total extends StepHandler {
      call(): object {
        return { total: 7 };
      }
    }
    const task = defineTask({ name: 't' })
      .step('run', { run: () => ({ total: 7 }) })
      .step('class', { handler: Total })
      .step('function', { handler: defineHandler('total', {}, () => ({ total: 7 })) });
    const outcomes = await Promise.all(['run', 'class', 'function'].map((name) => runStep(task, name)));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set(['{"kind":"success","resultText":"{\\"total\\":7}"}']),
    );
  });

  it('may refer to handlers: classes come with it, names do not', async () => {
    class Refund extends StepHandler {
      static override readonly handlerName = 'payments.refund';
      call(): string {
        return 'call';
      }
      partly(context: StepContext): string {
        return `partly ${JSON.stringify(context.getConfig('share'))}`;
      }
    }
    const task = defineTask({ name: 't' })
      .step('refund', { handler: Refund, method: 'partly', config: { share: 0.5 } })
      .step('elsewhere', { handler: 'shipping.ship' });
    expect([...task.handlers.keys()]).toEqual(['payments.refund']);
    expect(task.document.steps.map((step) => step.handler.callable)).toEqual(['payments.refund', 'shipping.ship']);
    expect(await runStep(task, 'refund', {}, { config: { share: 0.5 } })).toEqual({
      kind: 'success',
      resultText: '{"result":"partly 0.5"}',
    });
  });

  it('may name the function of a step, for templates that refer to it', () => {
    const task = defineTask({ name: 't' }).step('a', { callable: 'shop.a', run: () => ({}) });
    expect([...task.handlers.keys()]).toEqual(['shop.a']);
  });

  it('works out only those results that a step looks at', async () => {
    const task = defineTask({ name: 't' })
      .step('a', { run: () => 1 })
      .step('quiet', { after: ['a'], run: ({ input }) => input })
      .step('curious', { after: ['a'], run: ({ results }) => results.a });
    const asked: string[] = [];
    for (const name of ['quiet', 'curious']) {
      const results = Object.defineProperty({}, 'a', { enumerable: true, get: () => asked.push(name) });
      await runStep(task, name, {}, { results });
    }
    expect(asked).toEqual(['curious']);
  });

  it.each([
    [() => order.step('validate_cart' as never, { run: () => ({}) }), 'There is a step named `validate_cart` already.'],
    [
      () => order.step('x', { after: ['nonsense' as never], run: () => ({}) }),
      'Step `x` runs after `nonsense`, which does not exist.',
    ],
    [() => order.step('x', {} as never), 'Step `x` has neither `run` nor `handler`. Give it one of them.'],
    [() => order.step('x', { run: () => 1, handler: 'h' } as never), 'Step `x` has both `run` and `handler`.'],
  ])('refuses at once what the compiler would refuse (%#)', (build, message) => {
    expect(build).toThrow(InvalidTemplate);
    expect(build).toThrow(message);
  });

  it('refuses names and versions that no template may have when it is registered', () => {
    const bad = defineTask({ name: 'bad name', version: '1' }).step('2nd', { run: () => 1 });
    expect(() => readTemplate(bad.document)).toThrow(/`name` must begin with a letter[\s\S]*steps\[0\]\.name/);
    expect(() => readTemplate(defineTask({ name: 'empty' }).document)).toThrow('A template needs at least one step.');
  });
});

describe('a schema in the builder', () => {
  const receipt = z.object({ status: z.enum(['paid', 'open']), total: z.number().default(0) });

  it('is stored as JSON Schema when it can say so, inputs as they are before defaults and results after', () => {
    const task = defineTask({ name: 't', input: receipt }).step('a', {
      result: receipt,
      run: () => ({ status: 'open' as const }),
    });
    expect(task.document.input_schema).toMatchObject({ type: 'object', required: ['status'] });
    expect(task.document.steps[0]?.result_schema).toMatchObject({ type: 'object', required: ['status', 'total'] });
    expect(task.inputSchema).toBe(receipt);
    expect(readTemplate(task.document)).toEqual(task.document);
  });

  it('is left to the processes that have it when it transforms, which JSON Schema has no words for', () => {
    const numbers = defineTask({ name: 't', input: z.object({ a: z.string().transform(Number) }) });
    expect(numbers.document.input_schema).toBeUndefined();
    const task = defineTask({
      name: 't',
      input: z.object({ a: z.custom<string>(() => true).transform((text) => text.length) }),
    });
    expect(task.document.input_schema).toBeUndefined();
    expect(task.inputSchema).toBeDefined();
    expect(order.inputSchema).toBeUndefined();
  });

  it('makes the result that is stored', async () => {
    const task = defineTask({ name: 't' }).step('a', { result: receipt, run: () => ({ status: 'open' as const }) });
    expect(await runStep(task, 'a')).toEqual({ kind: 'success', resultText: '{"status":"open","total":0}' });
  });

  it('fails the step for good when the result does not fit', async () => {
    const lost = z.object({ status: z.string().min(10), items: z.array(z.object({ id: z.number() })) });
    const task = defineTask({ name: 't' }).step('a', {
      result: lost,
      run: () => ({ status: 'lost', items: [{ id: NaN }] }),
    });
    expect(await runStep(task, 'a')).toMatchObject({
      kind: 'failure',
      permanent: true,
      error: { code: 'INVALID_RESULT', message: expect.stringMatching(/status: .*; items\[0\]\.id: /) },
    });
    const byJsonSchema = defineTask({ name: 't' }).step('a', {
      result: jsonSchema<{ id: number }>({ type: 'object', required: ['name'] }),
      run: () => ({ id: 1 }),
    });
    expect(await runStep(byJsonSchema, 'a')).toMatchObject({ permanent: true, error: { code: 'INVALID_RESULT' } });
  });

  it('answers a context with its defaults, or with every violation at its place', async () => {
    expect(await checkStandardSchema(receipt, { status: 'paid' })).toEqual({ value: { status: 'paid', total: 0 } });
    const { violations } = await checkStandardSchema(receipt, { status: 'lost', total: 'x' });
    expect(violations?.map(({ path }) => path)).toEqual(['status', 'total']);
  });
});
