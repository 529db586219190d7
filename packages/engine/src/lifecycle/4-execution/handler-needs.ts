import type { StepContext } from './step-context.ts';

/** What a functional handler asks for. */
export interface HandlerNeeds<Depends extends string, Inputs extends string> {
  /** Arguments that are results of steps upstream: `{ cart: 'validate_cart' }`; null where there is none. */
  readonly depends?: Readonly<Record<Depends, string>>;
  /** Arguments that are values of the task's context: `{ email: 'customer_email' }`; undefined where there is none. */
  readonly inputs?: Readonly<Record<Inputs, string>>;
  /** Default `1.0.0`. */
  readonly version?: string;
}

/** What a functional handler is called with: what it asked for, the context, and what its kind adds. */
export type HandlerArguments<Names extends string, Added = unknown> = { readonly [Name in Names]: unknown } & {
  readonly context: StepContext;
} & Added;

/**
 * A functional handler. Results and inputs come from outside the function, and only its author knows their form: a
 * function may declare what it knows of its arguments, and then declares them all.
 */
export type FunctionalHandler<Names extends string, Result, Added = unknown> = {
  bivariant(handlerArguments: HandlerArguments<Names, Added>): Result;
}['bivariant'];

/** The arguments of one call. */
export function gatherArguments(needs: HandlerNeeds<string, string>, context: StepContext): HandlerArguments<string> {
  return {
    ...gather(needs.depends, (step) => context.getDependencyResult(step)),
    ...gather(needs.inputs, (key) => context.getInput(key)),
    context,
  };
}

function gather(
  wanted: Readonly<Record<string, string>> = {},
  read: (from: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wanted).map(([name, from]) => [name, read(from)]));
}
