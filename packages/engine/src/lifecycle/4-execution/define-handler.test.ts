import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { defineHandler } from './define-handler.ts';
import { PermanentError, RetryableError } from './handler-errors.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from './handler-outcome.ts';
import type { StepContext } from './step-context.ts';
import { StepHandlerResult } from './step-handler-result.ts';

interface Cart {
  readonly total: number;
}

const charge = defineHandler(
  'shop.charge',
  { depends: { cart: 'validate_cart' }, inputs: { email: 'customer_email' }, version: '2.0.0' },
  ({ cart, email, context }: { cart: Cart | null; email: string | undefined; context: StepContext }) => ({
    charged: cart?.total ?? 0,
    email: email ?? 'nobody',
    attempt: context.attempt,
  }),
);

describe('a functional handler', () => {
  it('is a handler class that knows its name and version', () => {
    expect(charge.handlerName).toBe('shop.charge');
    expect(charge.handlerVersion).toBe('2.0.0');
    expect(new charge().name).toBe('shop.charge');
  });

  it('is given the results and inputs it asks for, and the context', () => {
    const context = stepContextOf({
      attempt: 2,
      input: { customer_email: 'a@example.com' },
      results: { validate_cart: { total: 10 } },
    });
    expect(new charge().call(context)).toEqual({ charged: 10, email: 'a@example.com', attempt: 2 });
  });

  it('is given null and undefined for what is not there', () => {
    expect(new charge().call(stepContextOf())).toEqual({ charged: 0, email: 'nobody', attempt: 1 });
  });

  it('need not ask for anything', () => {
    const ping = defineHandler('ping', {}, () => 'pong');
    expect(new ping().call(stepContextOf())).toBe('pong');
    expect(ping.handlerVersion).toBe('1.0.0');
  });

  it.each([
    ['an object', () => ({ total: 10 }), { total: 10 }],
    ['nothing', () => undefined, {}],
    ['null, later', async () => null, {}],
    ['a scalar', () => 42, { result: 42 }],
    ['a list', async () => [1, 2], { result: [1, 2] }],
    ['a result in so many words', () => StepHandlerResult.success([1, 2]), [1, 2]],
  ])('TC-42: has what it returns kept like the class form: %s', async (_, run: () => unknown, expected) => {
    const outcome = outcomeOfReturn(await new (defineHandler('h', {}, run))().call(stepContextOf()), options);
    expect(outcome).toEqual({ kind: 'success', resultText: JSON.stringify(expected) });
  });

  it.each([
    ['PermanentError', new PermanentError('no', { errorCode: 'NO' }), { permanent: true, error: { code: 'NO' } }],
    ['RetryableError', new RetryableError('later', { retryAfter: 3 }), { permanent: false, retryAfterMs: 3_000 }],
    ['anything else', new TypeError('oops'), { permanent: false, error: { class: 'TypeError', message: 'oops' } }],
  ])('TC-42: has what it throws judged like the class form: %s', async (_, thrown, expected) => {
    const now = () => {
      throw thrown;
    };
    const later = async () => now();
    for (const run of [now, later]) {
      const outcome = await outcomeOf(() => new (defineHandler('h', {}, run))().call(stepContextOf()));
      expect(outcome).toMatchObject({ kind: 'failure', ...expected });
    }
  });
});

const options = { maxResultBytes: 1_000, clock: { now: () => 0 } };

async function outcomeOf(call: () => unknown): Promise<HandlerOutcome> {
  try {
    return outcomeOfReturn(await call(), options);
  } catch (error) {
    return outcomeOfThrow(error, 0);
  }
}
