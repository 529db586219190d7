import { type FunctionalHandler, gatherArguments, type HandlerNeeds } from './handler-needs.ts';
import type { StepContext } from './step-context.ts';
import { StepHandler } from './step-handler.ts';

/** What {@link defineHandler} and its like make: a handler class that knows its name. */
export interface DefinedHandler<Result, Instance = StepHandler> {
  new (): Instance & { call(context: StepContext): Result };
  readonly handlerName: string;
  readonly handlerVersion: string;
}

/**
 * The functional form of a handler: a function that is given what it names.
 *
 * @param name what steps refer to the handler by
 * @returns a handler class, to be registered like any other
 *
 * @example
 * const processPayment = defineHandler(
 *   'ecommerce.process_payment',
 *   { depends: { cart: 'validate_cart' }, inputs: { payment: 'payment_info' } },
 *   async ({ cart, payment, context }: { cart: Cart; payment: Payment; context: StepContext }) => ({ … }),
 * );
 */
export function defineHandler<Depends extends string = never, Inputs extends string = never, Result = unknown>(
  name: string,
  needs: HandlerNeeds<Depends, Inputs>,
  // The names come from what is needed, not from what the function says of its arguments.
  run: FunctionalHandler<NoInfer<Depends | Inputs>, Result>,
): DefinedHandler<Result>;
export function defineHandler(
  name: string,
  needs: HandlerNeeds<string, string>,
  run: FunctionalHandler<string, unknown>,
): DefinedHandler<unknown> {
  return class extends StepHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = needs.version ?? '1.0.0';

    call(context: StepContext): unknown {
      return run(gatherArguments(needs, context));
    }
  };
}
