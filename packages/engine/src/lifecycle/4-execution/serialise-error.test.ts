import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialiseJson } from '../../json/serialise.ts';
import { PermanentError, RetryableError } from './handler-errors.ts';
import { errorLimits, serialiseError } from './serialise-error.ts';

class CardDeclined extends PermanentError {}

describe('an error as it is kept', () => {
  it('CORE-58: has message, class, code, context and a bounded backtrace', () => {
    const record = serialiseError(
      new CardDeclined('The card was declined.', { errorCode: 'PAYMENT_DECLINED', context: { gateway: 'stripe' } }),
    );
    expect(record).toMatchObject({
      message: 'The card was declined.',
      class: 'CardDeclined',
      code: 'PAYMENT_DECLINED',
      context: { gateway: 'stripe' },
    });
    expect(record.backtrace?.length).toBeLessThanOrEqual(errorLimits.backtraceLines);
    expect(record.backtrace?.[0]).toContain('serialise-error.test.ts');
    expect(record.backtrace?.join()).not.toContain('node_modules');
  });

  it('keeps the chain of causes, up to a bound and not in circles', () => {
    const root = Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' });
    const record = serialiseError(new RetryableError('The gateway is away.', { cause: root }));
    expect(record.cause).toMatchObject({ class: 'TypeError', message: 'fetch failed', code: 'ECONNREFUSED' });

    const one: Error & { cause?: unknown } = new Error('one');
    one.cause = new Error('two', { cause: one });
    let depth = 0;
    for (let at = serialiseError(one).cause; at !== undefined; at = at.cause) depth += 1;
    expect(depth).toBe(errorLimits.causes);
  });

  it('takes the first error of an AggregateError for its cause', () => {
    const record = serialiseError(new AggregateError([new RangeError('first'), new Error('second')], 'all failed'));
    expect(record.cause).toMatchObject({ class: 'RangeError', message: 'first' });
  });

  it.each([
    ['a string', 'a string', 'string'],
    [42, '42', 'number'],
    [undefined, 'undefined', 'undefined'],
    [null, 'null', 'object'],
    [{ status: 500 }, '{"status":500}', 'Object'],
    [{ message: 'like an error', name: 'HttpError' }, 'like an error', 'HttpError'],
    [Symbol('thrown'), 'Symbol(thrown)', 'symbol'],
  ])('may have been anything: %s', (thrown, message, className) => {
    expect(serialiseError(thrown)).toMatchObject({ message, class: className });
  });

  it('says what it leaves out of a context that JSON cannot keep, or that is too large', () => {
    const circular = Object.assign(new Error('x'), { context: { socket: new Map() } });
    expect(serialiseError(circular).context).toEqual({
      omitted: 'context.socket is of class Map, which JSON would lose',
    });
    const large = Object.assign(new Error('x'), { context: { body: 'y'.repeat(100_000) } });
    expect(serialiseError(large).context).toEqual({
      omitted: 'context is 100011 bytes of JSON, and no more than 16384 may be kept',
    });
  });

  it('is bounded and storable, and nothing that is thrown makes this throw', () => {
    const hostile: readonly unknown[] = [
      {
        get message(): string {
          throw new Error('no');
        },
        get stack(): string {
          throw new Error('no');
        },
      },
      Object.create(null),
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
        },
      ),
      new Error('x'.repeat(1_000_000)),
      new Error('NUL \0 and half \uD800'),
    ];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...hostile), fc.anything()), (thrown) => {
        const serialised = serialiseJson(serialiseError(thrown), 200_000);
        expect(serialised.ok).toBe(true);
      }),
    );
  });
});
