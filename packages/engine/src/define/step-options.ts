import type { Json, JsonObject } from '@tasker/contract';
import type { RetryPolicy } from '../graph/plan.ts';
import type { StepSource } from '../lifecycle/1-template/template-source.ts';
import type { HandlerInstance } from '../lifecycle/4-execution/handler.ts';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';
import type { StepHandlerResult } from '../lifecycle/4-execution/step-handler-result.ts';
import type { JsonFault, Stored } from './json-fault.ts';
import type { AcceptedBy, ProducedBy, SchemaSource } from './schema-source.ts';
import type { KnownStep, KnownSteps, TypedStepContext } from './typed-step-context.ts';

export type NoSteps = { readonly [Name in never]: KnownStep };

export type ResultsOfSteps<Steps extends KnownSteps> = { readonly [Name in keyof Steps]: Steps[Name]['result'] };

/** The steps named in `after`, and everything upstream of those. */
export type UpstreamOf<Steps extends KnownSteps, After extends keyof Steps> = After | Steps[After]['upstream'];

/** How a step runs, whichever way its work is given. */
export interface StepSettings<After extends string, Schema, Skippable extends boolean> {
  readonly description?: string;
  /** The steps that must be settled before this one starts. Default: none, it starts with the task. */
  readonly after?: readonly After[];
  /** What a result looks like. A result that does not fit fails the step for good. */
  readonly result?: Schema;
  /** How long one attempt may take. Default 300 s. */
  readonly timeoutSeconds?: number;
  /** Default: 3 attempts, waiting 1 s, 2 s, … up to 30 s, each wait up to 10 % shorter or longer. */
  readonly retry?: Partial<RetryPolicy>;
  /** Whether a submission may pass the step over (`bypass_steps`); its result is then null. Default false. */
  readonly skippable?: Skippable;
  /** The outside system the step talks to. Default: that of the task. */
  readonly dependentSystem?: string;
  /** `stepConfig` on the handler's context. */
  readonly config?: JsonObject;
  /** Further keys of the template language, as they are written there: `publishes_events`, `lifecycle` … */
  readonly more?: MoreOfStep;
}

export type MoreOfStep = Pick<
  StepSource,
  | 'type'
  | 'batch_config'
  | 'publishes_events'
  | 'custom_events'
  | 'lifecycle'
  | 'composition'
  | 'pii_access'
  | 'purpose'
>;

/** A step whose work is written here. */
export interface RunStep<
  Input,
  Steps extends KnownSteps,
  After extends keyof Steps & string,
  Schema,
  Skippable extends boolean,
  Result,
> extends StepSettings<After, Schema, Skippable> {
  /** Does the work, at least once per step. What it returns is stored exactly, or as the result schema makes it. */
  readonly run: (step: RunArguments<Input, Steps, After>) => Result | Promise<Result>;
  /** What the function is registered by. Default `namespace/name@version#step`. */
  readonly callable?: string;
  readonly handler?: undefined;
}

/** A step whose work is a handler. */
export interface HandlerStep<After extends string, Schema, Skippable extends boolean, Returned>
  extends StepSettings<After, Schema, Skippable> {
  /** A handler class, or the name of a handler that is registered where the step is to run. */
  readonly handler: string | (new () => HandlerReturning<Returned>);
  /** The method to call. Default `call`. */
  readonly method?: string;
  /** The resolver that finds the handler of that name. Default: the first that knows it. */
  readonly resolver?: string;
  readonly run?: undefined;
  readonly callable?: undefined;
}

export interface HandlerReturning<Returned> extends HandlerInstance {
  call(context: StepContext): Returned;
}

/** What `run` is called with. */
export interface RunArguments<Input, Steps extends KnownSteps, After extends keyof Steps & string> {
  /** The context of the task. */
  readonly input: Input;
  /** The results of exactly the steps named in `after`. Those further upstream: `context.getDependencyResult`. */
  readonly results: { readonly [Name in After]: Steps[Name]['result'] };
  readonly context: TypedStepContext<Input, Steps, UpstreamOf<Steps, After>>;
}

/**
 * Asks of `run` or `handler`, in the type of the options, what it does not fulfil: to return what the result schema
 * accepts, or, where the result is no JSON, to be the sentence that says so.
 */
export type ResultFault<Schema, Result, Returned> = Schema extends SchemaSource
  ? [Result] extends [AcceptedBy<Schema>]
    ? unknown
    : { readonly run: (step: never) => AcceptedBy<Schema> | Promise<AcceptedBy<Schema>> }
  : [JsonFault<Result, 'The result'>] extends [never]
    ? [JsonFault<HandlerResult<Awaited<Returned>>, 'The result'>] extends [never]
      ? unknown
      : { readonly handler: JsonFault<HandlerResult<Awaited<Returned>>, 'The result'> }
    : { readonly run: JsonFault<Result, 'The result'> };

/**
 * Everything, in words that make the compiler keep literals: `{ status: 'paid' }` stays `'paid'` and does not become
 * a string, as a schema with an enumeration needs it.
 */
export type KeepsLiterals<Literal> =
  | Literal
  | object
  | readonly KeepsLiterals<Literal>[]
  | { readonly [key: string]: KeepsLiterals<Literal> };

export type Primitive = string | number | boolean | null | undefined | void;

export type StepOptions<
  Input,
  Steps extends KnownSteps,
  After extends keyof Steps & string,
  Schema,
  Skippable extends boolean,
  Result,
  Returned,
> = RunStep<Input, Steps, After, Schema, Skippable, Result> | HandlerStep<After, Schema, Skippable, Returned>;

/** What other steps see of a result: of the schema if there is one, else of what `run` or the handler returns. */
export type ResultOf<Schema, Skippable extends boolean, Result, Returned> =
  | (Schema extends SchemaSource
      ? ProducedBy<Schema>
      : [Result] extends [never]
        ? [Returned] extends [never]
          ? Json
          : HandlerResult<Awaited<Returned>>
        : Stored<Result>)
  | (Skippable extends true ? null : never);

/** What is stored of what a handler class returns: see `handler-outcome.ts`. */
type HandlerResult<Returned> = unknown extends Returned
  ? Json
  : Returned extends StepHandlerResult<infer Result>
    ? unknown extends Result
      ? Json
      : Stored<Result>
    : Returned extends undefined | void | null
      ? Readonly<Record<string, never>>
      : Returned extends string | number | boolean | readonly Json[]
        ? { readonly result: Returned }
        : Returned;
