import { backoffKinds } from '@tasker/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../graph/plan.ts';
import { type DecideAfterFailureParams, decideAfterFailure, maxRetryAfterMs, nextAttemptDelayMs } from './retry.ts';

const standard: RetryPolicy = {
  retryable: true,
  maxAttempts: 3,
  backoff: 'exponential',
  baseMs: 1_000,
  maxMs: 30_000,
  jitter: 0,
};

/** The table of the older engine: 1, 2, 4, 8, 16, 32 s, then the square of the attempt, at most 300 s. */
const table: RetryPolicy = {
  ...standard,
  backoff: 'table',
  tableMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
  maxMs: 300_000,
};

const middle = () => 0.5;

function delays(policy: RetryPolicy, attempts: readonly number[]): number[] {
  return attempts.map((attempt) => nextAttemptDelayMs(policy, attempt, { random: middle }));
}

describe('the wait before the next attempt', () => {
  it.each([
    ['none', [0, 0, 0, 0, 0]],
    ['linear', [1_000, 2_000, 3_000, 4_000, 5_000]],
    ['exponential', [1_000, 2_000, 4_000, 8_000, 16_000]],
    ['fibonacci', [1_000, 1_000, 2_000, 3_000, 5_000]],
  ] as const)('is %s (TC-73)', (backoff, expected) => {
    expect(delays({ ...standard, backoff }, [1, 2, 3, 4, 5])).toEqual(expected);
  });

  it('CORE-52: follows a table, then the square of the attempt in seconds, up to the cap', () => {
    expect(delays(table, [0, 1, 6, 7, 100])).toEqual([0, 1_000, 32_000, 49_000, 300_000]);
    expect(delays({ ...table, tableMs: [5_000, 10_000] }, [3])).toEqual([9_000]);
  });

  it('CORE-52: stays within its jitter', () => {
    const policy = { ...table, jitter: 0.1 };
    expect(nextAttemptDelayMs(policy, 7, { random: () => 0 })).toBe(44_100);
    expect(nextAttemptDelayMs(policy, 7, { random: () => 1 })).toBe(53_900);
  });

  it('TC-74: lies anywhere within its jitter, and nowhere else, in ten thousand draws', () => {
    const policy = { ...standard, backoff: 'linear', baseMs: 10_000, jitter: 0.1 } as const;
    const drawn = Array.from({ length: 10_000 }, () => nextAttemptDelayMs(policy, 1, { random: Math.random }));
    expect(drawn.filter((delayMs) => delayMs < 9_000 || delayMs > 11_000)).toEqual([]);
    // each tenth of the way is expected a thousand times, and missed once in 10^45 runs
    expect(new Set(drawn.map((delayMs) => Math.min(9, Math.floor((delayMs - 9_000) / 200)))).size).toBe(10);
  });

  it('CORE-52: is at least half the first wait of its table, however the jitter falls', () => {
    expect(nextAttemptDelayMs({ ...table, jitter: 1 }, 1, { random: () => 0 })).toBe(500);
  });

  it('CORE-55: is what the handler asks for, without jitter', () => {
    const policy = { ...standard, jitter: 0.5 };
    expect(nextAttemptDelayMs(policy, 1, { retryAfterMs: 7_000, random: () => 0 })).toBe(7_000);
  });

  it('CORE-54: may be asked to be longer than the cap of the policy, but not longer than an hour', () => {
    expect(nextAttemptDelayMs(standard, 1, { retryAfterMs: 60_000, random: middle })).toBe(60_000);
    expect(nextAttemptDelayMs(standard, 1, { retryAfterMs: 99_999_000, random: middle })).toBe(maxRetryAfterMs);
    expect(nextAttemptDelayMs(standard, 1, { retryAfterMs: Infinity, random: middle })).toBe(maxRetryAfterMs);
  });

  it.each([NaN, undefined])('follows the policy when it is asked to be %s', (retryAfterMs) => {
    expect(nextAttemptDelayMs(standard, 2, { retryAfterMs, random: middle })).toBe(2_000);
  });

  it('is a whole number between nothing and the cap for every policy and attempt', () => {
    const policies = fc.record({
      retryable: fc.constant(true),
      maxAttempts: fc.constant(3),
      backoff: fc.constantFrom(...backoffKinds),
      baseMs: fc.nat({ max: 86_400_000 }),
      maxMs: fc.nat({ max: 86_400_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      tableMs: fc.array(fc.nat({ max: 86_400_000 }), { minLength: 1 }),
    });
    const attempts = fc.oneof(fc.nat(), fc.constantFrom(44, 1_000, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE));
    fc.assert(
      fc.property(policies, attempts, fc.double({ min: 0, max: 1, noNaN: true }), (policy, attempt, drawn) => {
        const delayMs = nextAttemptDelayMs(policy, attempt, { random: () => drawn });
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(policy.maxMs);
      }),
    );
  });

  it('without jitter never gets shorter from one attempt to the next', () => {
    const kinds = fc.constantFrom('none', 'linear', 'exponential', 'fibonacci');
    fc.assert(
      fc.property(kinds, fc.nat({ max: 60_000 }), fc.integer({ min: 1, max: 10_000 }), (backoff, baseMs, attempt) => {
        const [earlier = 0, later = 0] = delays({ ...standard, backoff, baseMs }, [attempt, attempt + 1]);
        expect(later).toBeGreaterThanOrEqual(earlier);
      }),
    );
  });
});

describe('what follows a failed attempt', () => {
  const failed: DecideAfterFailureParams = {
    policy: standard,
    attempt: 1,
    maxAttempts: 3,
    failure: { permanent: false },
    random: middle,
  };

  it('CORE-57: is another attempt, for an error that nobody classified', () => {
    expect(decideAfterFailure(failed)).toEqual({ kind: 'retry', delayMs: 1_000 });
    expect(decideAfterFailure({ ...failed, attempt: 2 })).toEqual({ kind: 'retry', delayMs: 2_000 });
  });

  it('CORE-57: is the end, when the attempts are used up', () => {
    expect(decideAfterFailure({ ...failed, attempt: 3 })).toEqual({ kind: 'fail', reason: 'exhausted' });
  });

  it('CORE-56: is the end at once, for a permanent error', () => {
    expect(decideAfterFailure({ ...failed, failure: { permanent: true, retryAfterMs: 5 } })).toEqual({
      kind: 'fail',
      reason: 'permanent',
    });
  });

  it('is the end at once, for a step that is not retryable', () => {
    expect(decideAfterFailure({ ...failed, policy: { ...standard, retryable: false } })).toEqual({
      kind: 'fail',
      reason: 'not_retryable',
    });
  });

  it('CORE-55: waits as long as the handler asks', () => {
    expect(decideAfterFailure({ ...failed, failure: { permanent: false, retryAfterMs: 12_345 } })).toEqual({
      kind: 'retry',
      delayMs: 12_345,
    });
  });

  it('follows the limit that an operator raised, not the one of the policy', () => {
    expect(decideAfterFailure({ ...failed, attempt: 3, maxAttempts: 5 }).kind).toBe('retry');
  });
});
