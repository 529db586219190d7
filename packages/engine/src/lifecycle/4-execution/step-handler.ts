import type { JsonObject } from '@tasker/contract';
import type { StepContext } from './step-context.ts';
import { type ErrorType, StepHandlerResult } from './step-handler-result.ts';

/**
 * The class form of a handler. One instance serves every attempt of every step that refers to it, many at once, so it
 * keeps no state of its own beyond what its constructor was given.
 *
 * What `call` returns is the outcome: an object is the result, nothing is `{}`, anything else becomes `{ result }`, and
 * what {@link success} and {@link failure} make says it in so many words. What it throws is a failure: a
 * PermanentError for good, anything else until the attempts are used up.
 *
 * @example
 * class ValidateCart extends StepHandler {
 *   static override readonly handlerName = 'ecommerce.validate_cart';
 *   async call(context: StepContext) {
 *     return this.success({ total: 10 });
 *   }
 * }
 */
export abstract class StepHandler {
  /** What steps refer to the handler by; the name of the class unless it says otherwise. */
  static readonly handlerName?: string;
  static readonly handlerVersion: string = '1.0.0';

  abstract call(context: StepContext): unknown;

  get name(): string {
    return handlerNameOf(this.constructor) ?? this.constructor.name;
  }

  get version(): string {
    const version: unknown = Reflect.get(this.constructor, 'handlerVersion');
    return typeof version === 'string' ? version : StepHandler.handlerVersion;
  }

  /**
   * JSON Schema of what `handler.initialization` of a step has to look like. A step whose configuration does not fit
   * fails for good, and is listed beforehand. Default null: anything.
   */
  configSchema(): JsonObject | null {
    return null;
  }

  /**
   * JSON Schema of the results, besides what a template says of its step. A result that does not fit fails the step for
   * good. Default null: anything that JSON can hold.
   */
  resultSchema(): JsonObject | null {
    return null;
  }

  protected success<Result>(result: Result, metadata?: JsonObject): StepHandlerResult<Result> {
    return StepHandlerResult.success(result, metadata);
  }

  /** See {@link StepHandlerResult.failure}. */
  protected failure(
    message: string,
    errorType?: ErrorType,
    retryable?: boolean,
    metadata?: JsonObject,
    errorCode?: string,
    retryAfter?: number | string,
  ): StepHandlerResult<never> {
    return StepHandlerResult.failure(message, errorType, retryable, metadata, errorCode, retryAfter);
  }
}

/** The name a class gives itself as a handler. */
export function handlerNameOf(handlerClass: object): string | undefined {
  const name: unknown = Reflect.get(handlerClass, 'handlerName');
  return typeof name === 'string' && name !== '' ? name : undefined;
}
