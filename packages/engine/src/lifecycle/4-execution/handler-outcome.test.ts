import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import type { Handler } from './handler.ts';
import { PermanentError, RetryableError } from './handler-errors.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from './handler-outcome.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { StepHandler } from './step-handler.ts';
import { StepHandlerResult } from './step-handler-result.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const options = { maxResultBytes: 10_000, clock: { now: () => now } };

function stored(outcome: HandlerOutcome): unknown {
  return outcome.kind === 'success' ? JSON.parse(outcome.resultText) : outcome;
}

/** What an engine makes of a handler: run, then judged. */
async function runOnce(handler: Handler): Promise<HandlerOutcome> {
  const handlers = new HandlerRegistry();
  handlers.register('h', handler);
  try {
    return outcomeOfReturn(
      await handlers.bind({ callable: 'h', method: 'call', config: {} }).call(stepContextOf()),
      options,
    );
  } catch (error) {
    return outcomeOfThrow(error, now);
  }
}

describe('what a handler returns', () => {
  it.each([
    [{ total: 10 }, { total: 10 }],
    [undefined, {}],
    [null, {}],
    [42, { result: 42 }],
    ['done', { result: 'done' }],
    [false, { result: false }],
    [[1, 2], { result: [1, 2] }],
  ])('CORE-87, CORE-104: is stored as an object: %j becomes %j', (returned, expected) => {
    expect(stored(outcomeOfReturn(returned, options))).toEqual(expected);
  });

  it.each([[[1, 2]], [42], [null], [{ total: 10 }]])('CORE-104: in so many words is stored exactly: %j', (result) => {
    expect(stored(outcomeOfReturn(StepHandlerResult.success(result), options))).toEqual(result);
  });

  it('brings metadata with it', () => {
    expect(outcomeOfReturn(StepHandlerResult.success({ a: 1 }, { took_ms: 5 }), options)).toEqual({
      kind: 'success',
      resultText: '{"a":1}',
      metadataText: '{"took_ms":5}',
    });
  });

  it('CORE-104: is that of the class that overrides `call`', async () => {
    class Base extends StepHandler {
      async call(): Promise<object> {
        return { from: 'base' };
      }
    }
    class Derived extends Base {
      override async call(): Promise<object> {
        return this.success({ ...(await super.call()), and: 'derived' });
      }
    }
    expect(stored(await runOnce(Derived))).toEqual({ from: 'base', and: 'derived' });
  });

  it('fails the step when it says so', () => {
    expect(
      outcomeOfReturn(
        StepHandlerResult.failure('No stock.', 'stock_error', true, { product: 4 }, 'INSUFFICIENT_STOCK'),
        options,
      ),
    ).toEqual({
      kind: 'failure',
      permanent: false,
      error: { message: 'No stock.', class: 'stock_error', code: 'INSUFFICIENT_STOCK', context: { product: 4 } },
    });
  });

  it.each([
    [30, 30_000],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ])('fails it until the time that it says: %s', (retryAfter, retryAfterMs) => {
    const returned = StepHandlerResult.failure('Busy.', 'retryable_error', true, undefined, 'BUSY', retryAfter);
    expect(outcomeOfReturn(returned, options)).toMatchObject({ kind: 'failure', permanent: false, retryAfterMs });
    const forGood = StepHandlerResult.failure('No.', 'permanent_error', false, undefined, 'NO', retryAfter);
    expect(outcomeOfReturn(forGood, options)).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    ['permanent_error', true],
    ['validation_error', true],
    ['handler_error', false],
    ['anything_else', false],
  ])('fails it for good or not, as the error type %s means it (TC-43)', (errorType, permanent) => {
    expect(outcomeOfReturn(StepHandlerResult.failure('x', errorType), options)).toMatchObject({ permanent });
  });

  it('CORE-87: that JSON cannot keep ends the attempt for good, with the place in it', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(outcomeOfReturn(circular, options)).toEqual({
      kind: 'failure',
      permanent: true,
      error: {
        message: '`self` of the result refers back to what it is part of.',
        class: 'NotSerialisable',
        code: 'NOT_SERIALISABLE',
      },
    });
    expect(outcomeOfReturn({ order: { total: 10n } }, options)).toMatchObject({
      error: { message: '`order.total` of the result is a bigint.', code: 'NOT_SERIALISABLE' },
    });
    expect(outcomeOfReturn(() => 1, options)).toMatchObject({ permanent: true, error: { code: 'NOT_SERIALISABLE' } });
  });

  it('that is larger than allowed ends the attempt for good', () => {
    expect(outcomeOfReturn({ text: 'x'.repeat(20_000) }, options)).toMatchObject({
      kind: 'failure',
      permanent: true,
      error: {
        code: 'RESULT_TOO_LARGE',
        message: 'The result is 20011 bytes of JSON, and no more than 10000 may be kept.',
      },
    });
  });

  it('that does not fit the result schema ends the attempt for good, with every violation', () => {
    const resultSchema = {
      type: 'object',
      required: ['id', 'total'],
      properties: { total: { type: 'number', default: 0 } },
    };
    expect(outcomeOfReturn({ total: 'ten' }, { ...options, resultSchema })).toMatchObject({
      kind: 'failure',
      permanent: true,
      error: {
        code: 'INVALID_RESULT',
        message: 'The result does not fit the result schema of the step: id is required; total must be number.',
      },
    });
    const both = { ...options, resultSchema: { type: 'object' }, handlerSchema: { required: ['id'] } };
    expect(outcomeOfReturn({}, both)).toMatchObject({
      permanent: true,
      error: {
        code: 'INVALID_RESULT',
        message: 'The result does not fit the result schema of the handler: id is required.',
      },
    });
    // Stored as returned: a default of the schema is not a result.
    expect(stored(outcomeOfReturn({ id: 1, total: 2 }, { ...options, resultSchema }))).toEqual({ id: 1, total: 2 });
  });
});

describe('what a handler throws', () => {
  it('CORE-56: ends the step for good when it is a PermanentError', () => {
    expect(outcomeOfThrow(new PermanentError('no', { errorCode: 'NOPE', context: { a: 1 } }), now)).toMatchObject({
      kind: 'failure',
      permanent: true,
      error: { message: 'no', class: 'PermanentError', code: 'NOPE', context: { a: 1 } },
    });
  });

  it.each([
    [30, 30_000],
    [2.5, 2_500],
    [-5, 0],
    ['45', 45_000],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ])('CORE-55: asks to wait when it is a RetryableError: %s', (retryAfter, retryAfterMs) => {
    expect(outcomeOfThrow(new RetryableError('later', { retryAfter }), now)).toMatchObject({
      permanent: false,
      retryAfterMs,
    });
  });

  it.each([undefined, null, 'soon', NaN])(
    'CORE-54: leaves the policy in force when what it asks cannot be read: %s',
    (retryAfter) => {
      const asked = retryAfter === undefined ? {} : { retryAfter };
      expect(outcomeOfThrow(new RetryableError('later', asked), now)).not.toHaveProperty('retryAfterMs');
    },
  );

  it('CORE-57: may be tried again when nobody classified it', () => {
    expect(outcomeOfThrow(new TypeError('x is undefined'), now)).toMatchObject({
      permanent: false,
      error: { class: 'TypeError' },
    });
    expect(outcomeOfThrow('a string', now)).toMatchObject({ permanent: false, error: { message: 'a string' } });
  });
});

describe('CORE-105: the three patterns of error', () => {
  it('an exception that propagates fails the attempt', async () => {
    const outcome = await runOnce(() => {
      throw new Error('boom');
    });
    expect(outcome).toMatchObject({ kind: 'failure', permanent: false, error: { message: 'boom' } });
  });

  it('an exception that is thrown again with business context fails it, and the context is kept', async () => {
    const outcome = await runOnce(async () => {
      try {
        throw new Error('connection reset');
      } catch (cause) {
        throw new RetryableError('Charging failed.', { context: { order_id: 7, charged: false }, cause });
      }
    });
    expect(outcome).toMatchObject({
      kind: 'failure',
      error: {
        message: 'Charging failed.',
        context: { order_id: 7, charged: false },
        cause: { message: 'connection reset' },
      },
    });
  });

  it('an exception that is caught and answered with a value is a success, even if the value looks like an error', async () => {
    const outcome = await runOnce(async () => {
      try {
        throw new Error('mail server away');
      } catch {
        return { error: 'mail server away', success: false };
      }
    });
    expect(stored(outcome)).toEqual({ error: 'mail server away', success: false });
  });
});
