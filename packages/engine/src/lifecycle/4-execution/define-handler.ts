import type { StepContext } from './step-context.ts';
import { StepHandler } from './step-handler.ts';

export interface HandlerNeeds<Depends extends string, Inputs extends string> {
  /** Arguments that are results of steps upstream: `{ cart: 'validate_cart' }`; null where there is none. */
  readonly depends?: Readonly<Record<Depends, string>>;
  /** Arguments that are values of the task's context: `{ email: 'customer_email' }`; undefined where there is none. */
  readonly inputs?: Readonly<Record<Inputs, string>>;
  /** Default `1.0.0`. */
  readonly version?: string;
}

/** What a functional handler is called with: what it asked for, and the context. */
export type HandlerArguments<Names extends string> = { readonly [Name in Names]: unknown } & {
  readonly context: StepContext;
};

/**
 * A functional handler; the type of an argument may be narrowed where the function declares it, as results and inputs
 * come from outside the function and only its author knows their form.
 */
export type FunctionalHandler<Names extends string, Result> = {
  bivariant(handlerArguments: HandlerArguments<Names>): Result;
}['bivariant'];

/** What {@link defineHandler} makes: a handler class that knows its name. */
export interface DefinedHandler<Result> {
  new (): StepHandler & { call(context: StepContext): Result };
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
  const { depends = {}, inputs = {}, version = '1.0.0' } = needs;
  return class extends StepHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = version;

    call(context: StepContext): unknown {
      return run({
        ...collect(depends, (step) => context.getDependencyResult(step)),
        ...collect(inputs, (key) => context.getInput(key)),
        context,
      });
    }
  };
}

function collect(wanted: Readonly<Record<string, string>>, read: (from: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wanted).map(([name, from]) => [name, read(from)]));
}
