import type { JsonObject } from './json.ts';

/** An error as history keeps it: plain JSON of bounded size. */
export interface ErrorRecord {
  readonly message: string;
  /** The name of the error's class, or the error type a handler gave. */
  readonly class: string;
  /** A code to act upon, for example `PAYMENT_DECLINED`. */
  readonly code?: string;
  /** What the handler wanted to be known about the failure. */
  readonly context?: JsonObject;
  /** The first frames of the stack that are not somebody else's package. */
  readonly backtrace?: readonly string[];
  /** What led to this error, if it was raised because of another. */
  readonly cause?: ErrorRecord;
}
