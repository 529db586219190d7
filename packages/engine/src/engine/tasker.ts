import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventName, Json, TaskState, TemplateDocument } from '@tasker/contract';
import type { Control } from '../control/control.ts';
import type { Subscribe, SubscriptionView } from '../events/event-bus.ts';
import type { SubscriptionStatistics } from '../events/subscription-statistics.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import type { TaskRequest } from '../lifecycle/2-submission/task-request.ts';
import type { Handler } from '../lifecycle/4-execution/handler.ts';
import type { TemplateHandlers } from '../lifecycle/4-execution/handler-report.ts';
import type { Handlers } from '../lifecycle/4-execution/named-handlers.ts';
import type { Database } from '../postgres/database.ts';
import type { FreshTask } from './task-as-submitted.ts';

/** Any definition made with `defineTask`. */
export interface AnyTaskDefinition {
  readonly '~types': { readonly input: unknown; readonly submitted: unknown; readonly results: unknown };
  readonly document: TemplateDocument;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly inputSchema: StandardSchemaV1 | undefined;
  readonly submissionHook: SubmissionHook | undefined;
}

/** A template and the file it was read from, beside which its callables may name modules. */
export interface TemplateFile {
  readonly document: TemplateDocument;
  readonly file: string;
}

/** What may be said about a task besides its context. */
export type SubmitOptions = Omit<TaskRequest, 'namespace' | 'name' | 'version' | 'context'> & InTransaction;

export interface InTransaction {
  /**
   * A connection of yours that is in a transaction: the task exists when, and only when, you commit. Of a database
   * client with `query(text, values)`, such as `pg`.
   */
  readonly transaction?: ForeignTransaction;
}

export interface ForeignTransaction {
  query<Row extends object>(text: string, values: unknown[]): Promise<ForeignRows<Row>>;
}

export interface ForeignRows<Row> {
  readonly rows: Row[];
}

/** How a task ended; a complete one has the results of all its steps but those that were skipped. */
export type Outcome<Results> =
  | { readonly status: 'complete'; readonly results: Results }
  | {
      readonly status: Exclude<TaskState, 'complete' | 'pending' | 'in_progress'>;
      readonly results: Partial<Results>;
    };

export interface TaskHandle<Results> {
  readonly id: string;
  /** The same request was submitted before, and this is the task of that time. */
  readonly replayed: boolean;
  /**
   * The task as it was submitted, known without a look at the database. Undefined where only the database can tell: of
   * a task that was there before, or about whose steps something was decided besides.
   */
  asSubmitted(): FreshTask | undefined;
  /**
   * Resolves when the task has ended, however it has ended.
   *
   * @throws {WaitTimedOut} after `timeoutMs` (default: never); the task goes on
   */
  completed(options?: WaitOptions): Promise<Outcome<Results>>;
}

export interface WaitOptions {
  /** Default: for as long as it takes. */
  readonly timeoutMs?: number;
}

/** Results of a task whose definition is not at hand. */
export type UntypedResults = Readonly<Record<string, unknown>>;

export interface RegisterOptions {
  /** Different content under a version that exists becomes a new revision of it; tasks keep theirs. Default false. */
  readonly replace?: boolean;
  /** The handlers of a definition take the place of those that have their names. Default false. */
  readonly replaceHandlers?: boolean;
}

/**
 * The engine in a program: submits tasks, works on their steps (unless told not to), and tells how they are.
 */
export interface Tasker extends Control {
  /**
   * Submits a task and returns when it is in the database.
   *
   * @throws {InvalidRequest} {InvalidContext} {TemplateNotFound} {DuplicateTask} {IdempotencyKeyReused}
   *   {DatabaseUnavailable} nothing was written
   */
  submit<Definition extends AnyTaskDefinition>(
    definition: Definition,
    context: Definition['~types']['submitted'],
    options?: SubmitOptions,
  ): Promise<TaskHandle<Definition['~types']['results']>>;
  submit(request: TaskRequest, options?: InTransaction): Promise<TaskHandle<UntypedResults>>;
  /** Submits many tasks in one transaction: all of them or, when one cannot be, none. */
  submitMany(requests: readonly TaskRequest[], options?: InTransaction): Promise<TaskHandle<UntypedResults>[]>;
  /** A task that was submitted before, here or elsewhere; waiting for one that there is not fails (TaskNotFound). */
  task(taskId: string): TaskHandle<UntypedResults>;
  /** Registers a template; the same content again changes nothing. Its handlers may come later, or be elsewhere. */
  register(
    template: TemplateDocument | TemplateFile | AnyTaskDefinition,
    options?: RegisterOptions,
  ): Promise<RegisteredPlan>;
  /**
   * Registers handlers, all of them or none; steps that wait for them begin to run.
   *
   * @param options `replace`: take the place of those that have these names; attempts that run end as they began
   * @throws {InvalidOptions} when one is no handler, or its name is taken
   */
  registerHandlers(handlers: Handlers, options?: { readonly replace?: boolean }): Promise<void>;
  /** Of the templates that this process registered, which it can run, and what keeps it from running the others. */
  handlers(): TemplateHandlers[];
  /**
   * Notes a fact about a task, up to 64 KiB, in the place of what was noted under that name before.
   *
   * @throws {InvalidRequest} {TaskNotFound}
   */
  annotate(taskId: string, name: string, value: Json): Promise<void>;
  /**
   * Hears of what this process does, after it is committed; returns how to stop listening. `task.*` hears everything
   * about tasks, `*` hears everything. What is to be listed or ended by others has a name.
   *
   * @throws {InvalidOptions} when there is no such event, or the name is taken
   */
  readonly on: Subscribe;
  /** Ends the subscription of that name; whether there was one. */
  off(name: string): boolean;
  /** Who listens in this process, in the order in which they began; with an event those that hear of it. */
  subscriptions(event?: EventName): SubscriptionView[];
  /** How much is listened to in this process, and how it went. */
  subscriptionStatistics(): SubscriptionStatistics;
  /** The database, for reading and for the test kit. */
  readonly db: Database;
  /**
   * Stops: finishes what runs (for up to the worker's `shutdownMs`), hands back the rest, and closes what it opened.
   * With `abort`, running attempts get their signal at once.
   */
  stop(options?: { readonly abort?: boolean }): Promise<void>;
}
