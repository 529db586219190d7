import type { Json, JsonObject } from '@tasker/contract';
import type { LazyAbort } from './lazy-abort.ts';
import type { StepTransaction } from './step-transaction.ts';

/** How far a step has come, as it was kept. */
export interface Checkpoint {
  /** Where to go on. */
  readonly cursor: Json;
  readonly itemsProcessed: number;
  readonly accumulatedResults?: JsonObject;
}

/** The part of a logger that handlers use; a pino logger is one. */
export interface StepLogger {
  debug(fields: object, message?: string): void;
  debug(message: string): void;
  info(fields: object, message?: string): void;
  info(message: string): void;
  warn(fields: object, message?: string): void;
  warn(message: string): void;
  error(fields: object, message?: string): void;
  error(message: string): void;
}

/** The results of the steps upstream, which the worker has at hand. */
export interface UpstreamResults {
  /** Names of all steps upstream, parents and theirs, in the order of the plan. */
  names(): readonly string[];
  /** What the step stored; undefined when it is not upstream, or has no result because it was skipped. */
  get(stepName: string): Json | undefined;
}

/** What the worker knows about an attempt. The object is kept, not copied; its members may be worked out on demand. */
export interface StepAttempt {
  readonly taskId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** What the step's handler is registered by. */
  readonly handlerName: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** False: a failure is final, however many attempts there might be. */
  readonly retryable: boolean;
  readonly input: JsonObject;
  readonly config: JsonObject;
  /** What was made for this step alone: its part of a batch, or an operator's edit. */
  readonly stepInputs: JsonObject | undefined;
  /** Where an earlier attempt stopped on purpose. */
  readonly checkpoint?: Checkpoint | undefined;
  readonly correlationId: string;
  /** Of what this step asks for. */
  readonly traceparent: string;
  readonly results: UpstreamResults;
  readonly abort: LazyAbort;
  /** Called once, when the handler first logs. */
  readonly logger: () => StepLogger;
  readonly transaction: <Result>(work: (tx: StepTransaction) => Promise<Result>) => Promise<Result>;
  readonly annotate: (name: string, value: Json) => void;
}

/**
 * What a handler is given. Tens of thousands are made per second, so it holds one reference and works everything else
 * out when it is asked for.
 */
export class StepContext {
  readonly #attempt: StepAttempt;
  #results: UpstreamResults | undefined;
  #dependencyResults: Readonly<Record<string, Json>> | undefined;
  #logger: StepLogger | undefined;

  constructor(attempt: StepAttempt) {
    this.#attempt = attempt;
  }

  get taskUuid(): string {
    return this.#attempt.taskId;
  }

  get stepUuid(): string {
    return this.#attempt.stepId;
  }

  get stepName(): string {
    return this.#attempt.stepName;
  }

  get handlerName(): string {
    return this.#attempt.handlerName;
  }

  /** Shared by everything that belongs to one request; passed on to child tasks and logs. */
  get correlationId(): string {
    return this.#attempt.correlationId;
  }

  /**
   * The header `traceparent` for requests to others: the step as the parent, in the trace that the task was submitted in,
   * else in one that has the id of the task. The same in every attempt.
   */
  get traceparent(): string {
    return this.#attempt.traceparent;
  }

  /** The same for every attempt of this step: what to give an outside service so that it acts once. */
  get idempotencyKey(): string {
    return this.#attempt.stepId;
  }

  /** The number of this attempt, from 1. */
  get attempt(): number {
    return this.#attempt.attempt;
  }

  /** Total attempts allowed, the first included. */
  get maxAttempts(): number {
    return this.#attempt.maxAttempts;
  }

  /** How often the step was tried before: 0 on the first attempt. */
  get retryCount(): number {
    return this.#attempt.attempt - 1;
  }

  isRetry(): boolean {
    return this.retryCount > 0;
  }

  /** Whether no attempt follows this one. */
  isLastRetry(): boolean {
    const { retryable, attempt, maxAttempts } = this.#attempt;
    return !retryable || attempt >= maxAttempts;
  }

  /** Aborted when the attempt runs into its timeout, the task is cancelled, or the worker shuts down. */
  get signal(): AbortSignal {
    return this.#attempt.abort.signal;
  }

  /** Writes with the ids of task, step and correlation in place. */
  get logger(): StepLogger {
    this.#logger ??= this.#attempt.logger();
    return this.#logger;
  }

  /**
   * Does the work of the step in a transaction of the engine's database that also completes the step: exactly once,
   * whatever happens to this process. What `work` resolves to is the result of the step, as if the handler had returned
   * it; when it rejects, nothing was written and the attempt fails as usual. Once per attempt, as the last thing a
   * handler does.
   *
   * @example
   * return context.transaction(async (tx) => {
   *   await tx.query('update account set balance = balance - $1 where id = $2', [amount, id]);
   *   return { withdrawn: amount };
   * });
   */
  transaction<Result>(work: (tx: StepTransaction) => Promise<Result>): Promise<Result> {
    return this.#attempt.transaction(work);
  }

  /**
   * Notes a fact about the task, up to 64 KiB, in the place of what was noted under that name before. It is written in
   * the commit that completes the step: once, and not at all when the attempt fails.
   *
   * @throws {InvalidRequest} for a name or a value that cannot be stored
   */
  annotate(name: string, value: Json): void {
    this.#attempt.annotate(name, value);
  }

  /** The context of the task. */
  get inputData(): JsonObject {
    return this.#attempt.input;
  }

  /** The handler's configuration in the template (`handler.initialization`). */
  get stepConfig(): JsonObject {
    return this.#attempt.config;
  }

  /** What was made for this step alone: the part of a batch that it works on, or an operator's edit of its input. */
  get stepInputs(): JsonObject {
    return this.#attempt.stepInputs ?? {};
  }

  /** One value of the task's context; undefined when it has none of that name. */
  getInput(key: string): Json | undefined {
    return own(this.#attempt.input, key);
  }

  /** Like {@link getInput}, with a value for when there is none (null is a value). */
  getInputOr<Fallback>(key: string, fallback: Fallback): Json | Fallback {
    const value = own(this.#attempt.input, key);
    return value === undefined ? fallback : value;
  }

  /** One value of {@link stepConfig}. */
  getConfig(key: string): Json | undefined {
    return own(this.#attempt.config, key);
  }

  /** The result of a step upstream, however far; null when it is not upstream or has no result. */
  getDependencyResult(stepName: string): Json {
    return this.#upstream().get(stepName) ?? null;
  }

  /** A value inside the result of a step upstream; null when anything on the way is missing. */
  getDependencyField(stepName: string, ...path: readonly (string | number)[]): Json {
    return path.reduce<Json>(memberOf, this.getDependencyResult(stepName));
  }

  /** One value of the result of a step upstream; null when the step, its result or the value is missing. */
  getPreviousStepData(stepName: string, key: string): Json {
    return this.getDependencyField(stepName, key);
  }

  /** Names of the steps upstream that have a result, in the order of the plan. */
  getDependencyResultKeys(): string[] {
    const results = this.#upstream();
    return results.names().filter((name) => results.get(name) !== undefined);
  }

  /** Results of the steps upstream whose names begin with `prefix`, in the order of the plan. */
  getAllDependencyResults(prefix: string): Json[] {
    return this.getDependencyResultKeys().flatMap((name) =>
      name.startsWith(prefix) ? [this.getDependencyResult(name)] : [],
    );
  }

  /** All results upstream by step name. */
  get dependencyResults(): Readonly<Record<string, Json>> {
    this.#dependencyResults ??= Object.fromEntries(
      this.getDependencyResultKeys().map((name) => [name, this.getDependencyResult(name)]),
    );
    return this.#dependencyResults;
  }

  hasCheckpoint(): boolean {
    return this.#attempt.checkpoint !== undefined;
  }

  /** How far an earlier run of this step has come; null when it begins anew. */
  get checkpoint(): Checkpoint | null {
    return this.#attempt.checkpoint ?? null;
  }

  get checkpointCursor(): Json {
    return this.#attempt.checkpoint?.cursor ?? null;
  }

  get checkpointItemsProcessed(): number {
    return this.#attempt.checkpoint?.itemsProcessed ?? 0;
  }

  /** What earlier runs of this step gathered up to the checkpoint. */
  get accumulatedResults(): JsonObject | null {
    return this.#attempt.checkpoint?.accumulatedResults ?? null;
  }

  #upstream(): UpstreamResults {
    this.#results ??= this.#attempt.results;
    return this.#results;
  }
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function memberOf(value: Json, segment: string | number): Json {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return null;
  return (isList(value) ? value[Number(segment)] : value[segment]) ?? null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
