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
  ): StepHandlerResult<never> {
    return StepHandlerResult.failure(message, errorType, retryable, metadata, errorCode);
  }
}

/** The name a class gives itself as a handler. */
export function handlerNameOf(handlerClass: object): string | undefined {
  const name: unknown = Reflect.get(handlerClass, 'handlerName');
  return typeof name === 'string' && name !== '' ? name : undefined;
}
