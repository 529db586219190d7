import type { JsonObject } from '@tasker/contract';
import type { StepDirective } from './step-directive.ts';

/** Error types with a meaning of their own; any other text may be used as well. */
export type ErrorType =
  | 'permanent_error'
  | 'retryable_error'
  | 'validation_error'
  | 'timeout'
  | 'handler_error'
  | (string & {});

const permanentTypes: ReadonlySet<ErrorType> = new Set(['permanent_error', 'validation_error']);

const brand: unique symbol = Symbol.for('tasker.step-handler-result');

/** What a handler says about its attempt in so many words, where returning or throwing would say too little. */
export class StepHandlerResult<Result = unknown> {
  readonly success: boolean;
  /** Stored exactly as it is. */
  readonly result: Result | undefined;
  readonly errorMessage: string | undefined;
  readonly errorType: ErrorType | undefined;
  readonly errorCode: string | undefined;
  readonly retryable: boolean;
  /** Seconds until the next attempt, or what a server said in its `Retry-After`. */
  readonly retryAfter: number | string | undefined;
  /** Kept with the attempt, beside the result. */
  readonly metadata: JsonObject | undefined;
  /** What the engine is asked to do besides. */
  readonly directive: StepDirective | undefined;
  readonly [brand] = true;

  private constructor(fields: Fields<Result>) {
    this.success = fields.success;
    this.result = fields.result;
    this.errorMessage = fields.errorMessage;
    this.errorType = fields.errorType;
    this.errorCode = fields.errorCode;
    this.retryable = fields.retryable ?? true;
    this.retryAfter = fields.retryAfter;
    this.metadata = fields.metadata;
    this.directive = fields.directive;
  }

  static success<Result>(result: Result, metadata?: JsonObject): StepHandlerResult<Result> {
    return new StepHandlerResult({ success: true, result, metadata });
  }

  /** A success that has more to say to the engine than its result: what decision and batch handlers return. */
  static directing<Result>(directive: StepDirective, result: Result, metadata?: JsonObject): StepHandlerResult<Result> {
    return new StepHandlerResult({ success: true, result, metadata, directive });
  }

  /**
   * @param retryable false: another attempt cannot help, the step fails at once; by default only for the types
   *   `permanent_error` and `validation_error`
   * @param retryAfter seconds until the next attempt in place of what the retry policy says, or the value of a
   *   `Retry-After` header as it is
   */
  static failure(
    message: string,
    errorType: ErrorType = 'handler_error',
    retryable = !permanentTypes.has(errorType),
    metadata?: JsonObject,
    errorCode?: string,
    retryAfter?: number | string,
  ): StepHandlerResult<never> {
    return new StepHandlerResult<never>({
      success: false,
      errorMessage: message,
      errorType,
      retryable,
      metadata,
      errorCode,
      retryAfter,
    });
  }

  isSuccess(): boolean {
    return this.success;
  }

  isFailure(): boolean {
    return !this.success;
  }

  /** The form in which it is written down outside the engine. */
  toJSON(): ResultEnvelope<Result> {
    const { metadata = {}, errorType = 'handler_error', errorCode = null, errorMessage = '', retryAfter } = this;
    if (this.success) return { success: true, result: this.result ?? null, metadata };
    return {
      success: false,
      errorType,
      errorCode,
      message: errorMessage,
      retryable: this.retryable,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      metadata,
    };
  }
}

/** A {@link StepHandlerResult} as plain data. */
export type ResultEnvelope<Result = unknown> =
  | { readonly success: true; readonly result: Result | null; readonly metadata: JsonObject }
  | {
      readonly success: false;
      readonly errorType: ErrorType;
      readonly errorCode: string | null;
      readonly message: string;
      readonly retryable: boolean;
      readonly retryAfter?: number | string;
      readonly metadata: JsonObject;
    };

/** Known by a registered symbol and not by class, because a program may have loaded two copies of this package. */
export function isStepHandlerResult(value: unknown): value is StepHandlerResult {
  return typeof value === 'object' && value !== null && brand in value;
}

interface Fields<Result> {
  readonly success: boolean;
  readonly result?: Result;
  readonly errorMessage?: string;
  readonly errorType?: ErrorType;
  readonly errorCode?: string | undefined;
  readonly retryable?: boolean;
  readonly retryAfter?: number | string | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly directive?: StepDirective;
}
