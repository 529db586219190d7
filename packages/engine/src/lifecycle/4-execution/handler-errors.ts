import type { JsonObject } from '@tasker/contract';

const fateSymbol: unique symbol = Symbol.for('tasker.fate');

export interface PermanentErrorOptions {
  /** A code to act upon, for example `PAYMENT_DECLINED`; kept with the attempt. */
  readonly errorCode?: string;
  /** What should be known about the failure; kept with the attempt (JSON, up to 16 kB). */
  readonly context?: JsonObject;
  readonly cause?: unknown;
}

export interface RetryableErrorOptions extends PermanentErrorOptions {
  /**
   * Seconds until the next attempt, in place of what the retry policy says; at most an hour. The value of a
   * `Retry-After` header may be passed as it is. What cannot be read leaves the policy in force.
   */
  readonly retryAfter?: number | string | null;
}

/**
 * Thrown by a handler when another attempt cannot help: the step fails at once, whatever its retry policy.
 *
 * @example throw new PermanentError('The card was declined.', { errorCode: 'PAYMENT_DECLINED' });
 */
export class PermanentError extends Error {
  readonly errorCode: string | undefined;
  readonly context: JsonObject | undefined;
  readonly [fateSymbol] = 'permanent';

  constructor(message: string, options: PermanentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.errorCode = options.errorCode;
    this.context = options.context;
  }
}

/**
 * Thrown by a handler when another attempt may help. Any other error is retried as well; this one can say when, and
 * carry a code.
 *
 * @example throw new RetryableError('The gateway is busy.', { retryAfter: 30, errorCode: 'GATEWAY_BUSY' });
 */
export class RetryableError extends Error {
  readonly errorCode: string | undefined;
  readonly context: JsonObject | undefined;
  readonly retryAfter: number | string | undefined;
  readonly [fateSymbol] = 'retryable';

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.errorCode = options.errorCode;
    this.context = options.context;
    this.retryAfter = options.retryAfter ?? undefined;
  }
}

/** Known by a registered symbol and not by class, because a program may have loaded two copies of this package. */
export function isPermanentError(thrown: unknown): thrown is PermanentError {
  return fateOf(thrown) === 'permanent';
}

export function isRetryableError(thrown: unknown): thrown is RetryableError {
  return fateOf(thrown) === 'retryable';
}

function fateOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, fateSymbol) : undefined;
}
