import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { IdentityStrategy, Json, JsonObject, TemplateDocument } from '@tasker/contract';
import { InvalidTemplate } from '../errors.ts';
import { normaliseTemplate, templateDefaults } from '../lifecycle/1-template/template-document.ts';
import type { SystemsSource, TemplateSource } from '../lifecycle/1-template/template-source.ts';
import type { SubmissionDecision, SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import type { Handler } from '../lifecycle/4-execution/handler.ts';
import { type BuiltStep, buildStep, type LooseStepOptions } from './built-step.ts';
import {
  beforeCompletion,
  type CompletionArguments,
  type CompletionHook,
  completionStep,
  type Notes,
} from './completion-step.ts';
import type { JsonFault } from './json-fault.ts';
import {
  type AcceptedBy,
  isSchemaSource,
  isStandardSchema,
  type ProducedBy,
  type SchemaSource,
  toContextSchema,
} from './schema-source.ts';
import type {
  KeepsLiterals,
  NoSteps,
  Primitive,
  ResultFault,
  ResultOf,
  ResultsOfSteps,
  StepOptions,
} from './step-options.ts';
import type { KnownSteps, TypedStepContext } from './typed-step-context.ts';

export interface TaskOptions<Schema> {
  readonly name: string;
  /** Default `default`. */
  readonly namespace?: string;
  /** Semantic version. Default `0.1.0`. What is registered under a version never changes. */
  readonly version?: string;
  readonly description?: string;
  /** Documentation: author, tags, whatever else. */
  readonly metadata?: JsonObject;
  /** What the task's context looks like. Default: any object. */
  readonly input?: Schema;
  /** Whether the same context may be submitted twice. Default `always_unique`: yes. */
  readonly identity?: IdentityStrategy;
  /** The outside system of the steps that name none. */
  readonly dependentSystem?: string;
  /** Further keys of the template language, as they are written there: `lifecycle`, `domain_events` … */
  readonly more?: MoreOfTask;
}

export type MoreOfTask = Pick<
  TemplateSource,
  'domain_events' | 'lifecycle' | 'data_classification' | 'pii_subject' | 'system_dependencies'
>;

/**
 * Begins the definition of a task; its steps follow with `.step()`.
 *
 * @example
 * export const processOrder = defineTask({ name: 'process_order', input: jsonSchema<Order>({ … }) })
 *   .step('validate_cart', { run: ({ input }) => priceOf(input.cart) })
 *   .step('process_payment', {
 *     after: ['validate_cart'],
 *     retry: { maxAttempts: 5 },
 *     run: async ({ results, context }) => charge(results.validate_cart.total, context.idempotencyKey),
 *   });
 */
export function defineTask<Schema = undefined>(
  options: TaskOptions<Schema> & InputFault<Schema>,
): TaskDefinition<InputOfSchema<Schema>, NoSteps, SubmittedBySchema<Schema>> {
  return new TaskDefinition(options, []);
}

export type InputOfSchema<Schema> = Schema extends SchemaSource ? AsContext<ProducedBy<Schema>> : JsonObject;
export type SubmittedBySchema<Schema> = Schema extends SchemaSource ? AsContext<AcceptedBy<Schema>> : JsonObject;

/** A context is an object, also where the schema is for anything. */
type AsContext<Value> = Json extends Value ? JsonObject : Value;

/** The context is stored as the schema makes it, so that has to be JSON. */
type InputFault<Schema> = Schema extends StandardSchemaV1
  ? [JsonFault<ProducedBy<Schema>, 'The input'>] extends [never]
    ? unknown
    : { readonly input: JsonFault<ProducedBy<Schema>, 'The input'> }
  : unknown;

/**
 * A task in the making, and ready at any moment: each `.step()` answers with a new definition, and `createTasker`
 * takes the last.
 */
export class TaskDefinition<Input, Steps extends KnownSteps, Submitted = Input> {
  /** Only types: what handlers are given, what `submit` takes, what the task results in. */
  declare readonly '~types': TaskTypes<Input, ResultsOfSteps<Steps>, Submitted>;
  readonly #options: TaskOptions<unknown>;
  readonly #steps: readonly BuiltStep[];
  readonly #hooks: Hooks;
  #document: TemplateDocument | undefined;
  #lastStep: BuiltStep | undefined;

  constructor(options: TaskOptions<unknown>, steps: readonly BuiltStep[], hooks: Hooks = {}) {
    this.#options = options;
    this.#steps = steps;
    this.#hooks = hooks;
  }

  /**
   * Adds a step.
   *
   * @throws {InvalidTemplate} when the name is taken, or `after` names a step that does not exist (yet)
   */
  // Two signatures, because only a step with a result schema wants its literals kept: anywhere else `{ count: 1 }`
  // means a number. What a step adds is written out in both: under a name of its own it would carry `Steps` along, and
  // the declaration of an exported task would double with every step.
  step<
    Name extends string,
    After extends keyof Steps & string = never,
    Result = never,
    Returned = never,
    Skippable extends boolean = false,
  >(
    name: NewName<Name, Steps>,
    options: StepOptions<Input, Steps, After, undefined, Skippable, Result, Returned> &
      ResultFault<undefined, Result, Returned>,
  ): TaskDefinition<
    Input,
    Steps & {
      readonly [Added in Name]: {
        readonly result: ResultOf<undefined, Skippable, Result, Returned>;
        readonly upstream: After | Steps[After]['upstream'];
      };
    },
    Submitted
  >;
  step<
    Name extends string,
    Literal extends Primitive,
    After extends keyof Steps & string = never,
    Schema = undefined,
    Result extends KeepsLiterals<Literal> = never,
    Returned = never,
    Skippable extends boolean = false,
  >(
    name: NewName<Name, Steps>,
    options: StepOptions<Input, Steps, After, Schema, Skippable, Result, Returned> &
      ResultFault<Schema, Result, Returned>,
  ): TaskDefinition<
    Input,
    Steps & {
      readonly [Added in Name]: {
        readonly result: ResultOf<Schema, Skippable, Result, Returned>;
        readonly upstream: After | Steps[After]['upstream'];
      };
    },
    Submitted
  >;
  step(name: string, options: LooseStepOptions): unknown {
    this.#refuseBadNames(name, options.after ?? []);
    const step = buildStep(name, options, `${this.#fullName}#${name}`);
    return new TaskDefinition(this.#options, [...this.#steps, step], this.#hooks);
  }

  /**
   * Decides about each task, once, from its context: its priority, other limits for some of its steps, steps and
   * dependencies that it has besides, what to note about it. Stored with the task, and counts in every process from
   * then on. Called where the task is submitted: a process that submits by name, and has not registered the
   * definition, submits the task as the template has it. It must not be asynchronous. What it throws, and a graph that
   * cannot be, refuses the submission.
   *
   * @example
   * .onSubmit(({ customer, parcels }) => ({
   *   priority: customer.tier === 'premium' ? 50 : 0,
   *   add: Object.fromEntries(parcels.map((_, i) => [`ship_${i}`, { like: 'ship', config: { parcel: i } }])),
   *   after: { notify: parcels.map((_, i) => `ship_${i}`) },
   * }))
   */
  onSubmit(
    decide: (input: Input) => SubmissionDecision<keyof Steps & string> | undefined,
  ): TaskDefinition<Input, Steps, Submitted> {
    return new TaskDefinition(this.#options, this.#steps, { ...this.#hooks, onSubmit: decide });
  }

  /**
   * Notes facts about a task when all its steps are through. It is the last step of the task, `on_complete`: recorded,
   * retried and explained like any other, in whichever process works on it. The notes are written in the commit that
   * completes the task, so they are there once, as soon as it is. A task that does not get there is not noted about.
   *
   * @example
   * .onComplete(({ results }) => ({ margin: { cents: results.price.total - results.cost.total } }))
   */
  onComplete(
    note: (
      done: CompletionArguments<Input, ResultsOfSteps<Steps>, TypedStepContext<Input, Steps, keyof Steps & string>>,
    ) => Notes | undefined | void | Promise<Notes | undefined | void>,
  ): TaskDefinition<Input, Steps, Submitted> {
    return new TaskDefinition(this.#options, this.#steps, { ...this.#hooks, onComplete: note });
  }

  /** See `onSubmit`. */
  get submissionHook(): SubmissionHook | undefined {
    const { onSubmit, onComplete } = this.#hooks;
    return onSubmit === undefined || onComplete === undefined ? onSubmit : beforeCompletion(onSubmit);
  }

  /** The template, in its normal form. */
  get document(): TemplateDocument {
    this.#document ??= normaliseTemplate(templateSource(this.#options, this.#allSteps));
    return this.#document;
  }

  /** The handlers that come with the definition, by the names its steps refer to them by. */
  get handlers(): ReadonlyMap<string, Handler> {
    return new Map(
      this.#allSteps.flatMap(({ source, handler }) =>
        handler === undefined ? [] : [[source.handler.callable, handler]],
      ),
    );
  }

  /** The Standard Schema of the context, if it is one: to be checked where a task is submitted. */
  get inputSchema(): StandardSchemaV1 | undefined {
    const { input } = this.#options;
    return isSchemaSource(input) && isStandardSchema(input) ? input : undefined;
  }

  get #fullName(): string {
    const { namespace = templateDefaults.namespace, name, version = templateDefaults.version } = this.#options;
    return `${namespace}/${name}@${version}`;
  }

  /** With the one that runs `onComplete`. */
  get #allSteps(): readonly BuiltStep[] {
    const { onComplete } = this.#hooks;
    if (onComplete === undefined) return this.#steps;
    const sources = this.#steps.map(({ source }) => source);
    // made once: a registry takes the same handler twice, and no other of its name
    this.#lastStep ??= completionStep(this.#fullName, sources, onComplete);
    return [...this.#steps, this.#lastStep];
  }

  #refuseBadNames(name: string, after: readonly string[]): void {
    const known = new Set(this.#steps.map((step) => step.source.name));
    const problems = [
      ...(known.has(name)
        ? [{ code: 'DUPLICATE_STEP_NAME' as const, message: `There is a step named \`${name}\` already.` }]
        : []),
      ...after.flatMap((parent) =>
        known.has(parent)
          ? []
          : [
              {
                code: 'MISSING_DEP_REF' as const,
                message: `Step \`${name}\` runs after \`${parent}\`, which does not exist.`,
              },
            ],
      ),
    ];
    if (problems.length === 0) return;
    throw new InvalidTemplate(problems.map((problem) => ({ ...problem, path: `steps[${this.#steps.length}]` })));
  }
}

interface Hooks {
  readonly onSubmit?: SubmissionHook;
  readonly onComplete?: CompletionHook;
}

/** A definition, whatever its types: what `createTasker` takes. */
export interface AnyTaskDefinition {
  readonly '~types': TaskTypes<unknown, unknown, unknown>;
  readonly document: TemplateDocument;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly inputSchema: StandardSchemaV1 | undefined;
  readonly submissionHook: SubmissionHook | undefined;
}

export interface TaskTypes<Input, Results, Submitted> {
  readonly input: Input;
  readonly submitted: Submitted;
  readonly results: Results;
}

/** The context that a definition's handlers are given. */
export type InputOf<Definition extends AnyTaskDefinition> = Definition['~types']['input'];
/** The context that a definition is submitted with: what has a default may be left out. */
export type SubmittedOf<Definition extends AnyTaskDefinition> = Definition['~types']['submitted'];
/** The results of a definition's steps, by name. */
export type ResultsOf<Definition extends AnyTaskDefinition> = Definition['~types']['results'];

type NewName<Name extends string, Steps> = Name extends keyof Steps ? `There is a step named ${Name} already.` : Name;

function templateSource(options: TaskOptions<unknown>, steps: readonly BuiltStep[]): TemplateSource {
  const { input } = options;
  return {
    ...options.more,
    name: options.name,
    namespace_name: options.namespace ?? null,
    version: options.version ?? null,
    description: options.description ?? null,
    metadata: options.metadata ?? null,
    system_dependencies: systemsOf(options),
    identity_strategy: options.identity ?? null,
    input_schema: isSchemaSource(input) ? (toContextSchema(input) ?? null) : null,
    steps: steps.map(({ source }) => source),
  };
}

function systemsOf({ dependentSystem, more }: TaskOptions<unknown>): SystemsSource | null {
  const named = more?.system_dependencies ?? null;
  return dependentSystem === undefined ? named : { ...named, primary: dependentSystem };
}
