import type { RetryPolicy } from '../graph/plan.ts';

/**
 * The longest wait a handler or a server may ask for with `retryAfter`. It is a cap of its own: the
 * policy's `maxMs` bounds what *we* compute, and coming back before a server allows it is a bad answer
 * to being asked to wait.
 */
export const maxRetryAfterMs = 3_600_000;

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'fail'; readonly reason: 'permanent' | 'not_retryable' | 'exhausted' };

/** What is known about an attempt that failed. */
export interface FailedAttempt {
  /** True when another attempt cannot help, as the handler said. */
  readonly permanent: boolean;
  /** The wait the handler or a server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

export interface DecideAfterFailureParams {
  readonly policy: RetryPolicy;
  /** The attempt that failed, 1-based. */
  readonly attempt: number;
  /** Total attempts allowed; an operator may have changed what the policy says. */
  readonly maxAttempts: number;
  readonly failure: FailedAttempt;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Whether a failed attempt is followed by another, and after how long. */
export function decideAfterFailure(params: DecideAfterFailureParams): RetryDecision {
  const { policy, attempt, maxAttempts, failure, random } = params;
  if (failure.permanent) return { kind: 'fail', reason: 'permanent' };
  if (!policy.retryable) return { kind: 'fail', reason: 'not_retryable' };
  if (attempt >= maxAttempts) return { kind: 'fail', reason: 'exhausted' };
  return {
    kind: 'retry',
    delayMs: nextAttemptDelayMs(policy, attempt, { retryAfterMs: failure.retryAfterMs, random }),
  };
}

export interface DelayOptions {
  /** Wins over the policy's formula, without jitter; at most {@link maxRetryAfterMs}. */
  readonly retryAfterMs?: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * How long to wait after attempt number `attempt` (1-based) failed, in whole milliseconds.
 * Never negative, never above the policy's `maxMs` (or {@link maxRetryAfterMs} when asked for), for any
 * attempt number however large.
 */
export function nextAttemptDelayMs(policy: RetryPolicy, attempt: number, options: DelayOptions): number {
  const { retryAfterMs, random } = options;
  if (retryAfterMs !== undefined && !Number.isNaN(retryAfterMs))
    return Math.round(clamp(retryAfterMs, maxRetryAfterMs));
  if (attempt <= 0) return 0;
  const wait = clamp(formulaMs(policy, attempt), policy.maxMs);
  const jittered = wait + (2 * random() - 1) * clamp(policy.jitter, 1) * wait;
  return Math.round(clamp(Math.max(jittered, minimumMs(policy)), policy.maxMs));
}

function formulaMs(policy: RetryPolicy, attempt: number): number {
  switch (policy.backoff) {
    case 'none':
      return 0;
    case 'linear':
      return policy.baseMs * attempt;
    case 'exponential':
      return policy.baseMs * 2 ** Math.min(attempt - 1, farEnough);
    case 'fibonacci':
      return policy.baseMs * fibonacci(Math.min(attempt, farEnough));
    case 'table':
      return policy.tableMs?.[attempt - 1] ?? Math.trunc(attempt ** 2) * 1000;
  }
}

// Beyond this many doublings (or Fibonacci numbers) of a millisecond every cap is passed; stopping here keeps
// the numbers finite, so that a base of 0 stays 0 instead of becoming 0 · ∞.
const farEnough = 80;

function fibonacci(n: number): number {
  let previous = 0;
  let current = 1;
  for (let index = 1; index < n; index += 1) [previous, current] = [current, previous + current];
  return current;
}

/** A table promises that jitter never takes away more than half of its first wait. */
function minimumMs(policy: RetryPolicy): number {
  return policy.backoff === 'table' ? (policy.tableMs?.[0] ?? 0) / 2 : 0;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
