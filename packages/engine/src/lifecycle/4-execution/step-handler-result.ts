import type { JsonObject } from '@tasker/contract';

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
  /** Kept with the attempt, beside the result. */
  readonly metadata: JsonObject | undefined;
  readonly [brand] = true;

  private constructor(fields: Fields<Result>) {
    this.success = fields.success;
    this.result = fields.result;
    this.errorMessage = fields.errorMessage;
    this.errorType = fields.errorType;
    this.errorCode = fields.errorCode;
    this.retryable = fields.retryable ?? true;
    this.metadata = fields.metadata;
  }

  static success<Result>(result: Result, metadata?: JsonObject): StepHandlerResult<Result> {
    return new StepHandlerResult({ success: true, result, metadata });
  }

  /**
   * @param retryable false: another attempt cannot help, the step fails at once; by default only for the types
   *   `permanent_error` and `validation_error`
   */
  static failure(
    message: string,
    errorType: ErrorType = 'handler_error',
    retryable = !permanentTypes.has(errorType),
    metadata?: JsonObject,
    errorCode?: string,
  ): StepHandlerResult<never> {
    return new StepHandlerResult<never>({
      success: false,
      errorMessage: message,
      errorType,
      retryable,
      metadata,
      errorCode,
    });
  }

  isSuccess(): boolean {
    return this.success;
  }

  isFailure(): boolean {
    return !this.success;
  }
}

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
  readonly metadata?: JsonObject | undefined;
}
