import { attemptErrorCodes, type Json, type JsonObject, traceparentOf } from '@tasker/contract';
import type { Clock } from '../../clock.ts';
import { ancestorsOf, isAncestor } from '../../graph/ancestors.ts';
import type { Plan, PlanStep } from '../../graph/plan.ts';
import { stepIdOf } from '../../graph/step-id.ts';
import { annotationText } from '../../json/annotation-text.ts';
import type { BoundHandler } from './bind-handler.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from './handler-outcome.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import { LazyAbort } from './lazy-abort.ts';
import { type StepAttempt, StepContext, type StepLogger, type UpstreamResults } from './step-context.ts';
import type { StepTransaction, Transact } from './step-transaction.ts';
import { unfitForTransaction } from './unfit-for-transaction.ts';

/** How an attempt ended. */
export type AttemptEnd =
  | HandlerOutcome
  /** Stopped from outside before it ended by itself; what it may still do does not count. */
  | { readonly kind: 'aborted' }
  /** Recorded already, together with what the handler wrote. */
  | { readonly kind: 'recorded' };

/** What an attempt may know of its task. */
export interface AttemptTask {
  readonly id: string;
  readonly registered: { readonly plan: Plan };
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly context: () => JsonObject;
  readonly results: readonly ((() => Json) | undefined)[];
}

export interface AttemptParams {
  readonly task: AttemptTask;
  readonly step: PlanStep;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Replaces values of the task's context for this step alone: an operator's edit. */
  readonly inputs: JsonObject | undefined;
  readonly transact: Transact;
}

/** Runs a handler once. `done` is called exactly once, perhaps before this returns. */
export type StartAttempt = (params: AttemptParams, done: (end: AttemptEnd) => void) => AttemptInProgress;

export interface AttemptInProgress {
  /** Ends it from outside, with the reason on the handler's signal. */
  stop(reason: Error): void;
}

export interface ExecutionDeps {
  readonly handlers: HandlerRegistry;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly logger: (fields: JsonObject) => StepLogger;
  readonly maxResultBytes: number;
}

export function createStartAttempt(deps: ExecutionDeps): StartAttempt {
  return (params, done) => {
    const attempt = new RunningAttempt(params, deps, done);
    attempt.run();
    return attempt;
  };
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The reason on the signal of an attempt that took too long. */
class AttemptTimedOut extends Error {
  override readonly name = 'AttemptTimedOut';

  constructor(timeoutMs: number) {
    super(`the attempt took longer than ${timeoutMs} ms`);
  }
}

/**
 * One attempt under way, and everything that its handler may ask for, worked out when it asks. Tens of thousands are
 * made per second: one object, and nothing else before somebody wants it.
 */
class RunningAttempt implements AttemptInProgress, StepAttempt, UpstreamResults, Deadline {
  readonly #params: AttemptParams;
  readonly #deps: ExecutionDeps;
  readonly #done: (end: AttemptEnd) => void;
  readonly deadlineAt: number;
  #over = false;
  #handler: BoundHandler | undefined;
  #abort: LazyAbort | undefined;
  #annotations: Map<string, string> | undefined;

  constructor(params: AttemptParams, deps: ExecutionDeps, done: (end: AttemptEnd) => void) {
    this.#params = params;
    this.#deps = deps;
    this.#done = done;
    this.deadlineAt = deps.deadlines.add(params.step.timeoutMs, this);
  }

  run(): void {
    try {
      this.#handler = this.#deps.handlers.bind(this.#params.step.handler);
      const returned = this.#handler.call(new StepContext(this));
      if (isPromiseLike(returned)) this.#follow(Promise.resolve(returned));
      else this.#returned(returned);
    } catch (thrown) {
      this.#threw(thrown);
    }
  }

  #follow(returned: Promise<unknown>): void {
    this.#deps.clock.during?.(returned);
    returned.then(
      (value) => this.#returned(value),
      (thrown: unknown) => this.#threw(thrown),
    );
  }

  #returned(value: unknown): void {
    if (!this.#over) this.#finish(this.#noted(this.#outcomeOf(value)));
  }

  #noted(outcome: HandlerOutcome): HandlerOutcome {
    if (this.#annotations === undefined || outcome.kind === 'failure') return outcome;
    return { ...outcome, annotations: this.#annotations };
  }

  #outcomeOf(value: unknown): HandlerOutcome {
    const { maxResultBytes, clock } = this.#deps;
    const { resultSchema } = this.#params.step;
    return outcomeOfReturn(value, { maxResultBytes, resultSchema, handlerSchema: this.#handler?.resultSchema, clock });
  }

  #threw(thrown: unknown): void {
    if (!this.#over) this.#finish(outcomeOfThrow(thrown, this.#deps.clock.now()));
  }

  #finish(end: AttemptEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#deps.deadlines.remove(this.#params.step.timeoutMs, this);
    this.#done(end);
  }

  expire(): void {
    const timedOut = new AttemptTimedOut(this.#params.step.timeoutMs);
    const { message, name } = timedOut;
    this.#finish({
      kind: 'failure',
      permanent: false,
      error: { message, class: name, code: attemptErrorCodes.timeout },
    });
    this.abort.abort(timedOut);
  }

  /** What the handler may still do does not count. */
  stop(reason: Error): void {
    this.#finish({ kind: 'aborted' });
    this.abort.abort(reason);
  }

  async transaction<Result>(work: (tx: StepTransaction) => Promise<Result>): Promise<Result> {
    let result: { readonly value: Result } | undefined;
    await this.#params.transact(async (tx) => {
      const value = await work(tx);
      const end = this.#noted(this.#outcomeOf(value));
      // thrown inside, so that what was written is rolled back
      if (end.kind === 'failure') throw unfitForTransaction(end);
      result = { value };
      return end;
    });
    if (result === undefined) throw new Error('the transaction ended without a result');
    this.#finish({ kind: 'recorded' });
    return result.value;
  }

  annotate(name: string, value: Json): void {
    this.#annotations ??= new Map();
    this.#annotations.set(name, annotationText(name, value));
  }

  get abort(): LazyAbort {
    this.#abort ??= new LazyAbort();
    return this.#abort;
  }
  get taskId(): string {
    return this.#params.task.id;
  }
  get stepId(): string {
    return stepIdOf(this.#params.task.id, this.#params.step.position);
  }
  get stepName(): string {
    return this.#params.step.name;
  }
  get handlerName(): string {
    return this.#params.step.handler.callable;
  }
  get attempt(): number {
    return this.#params.attempt;
  }
  get maxAttempts(): number {
    return this.#params.maxAttempts;
  }
  get retryable(): boolean {
    return this.#params.step.retry.retryable;
  }
  get correlationId(): string {
    return this.#params.task.correlationId;
  }
  get traceparent(): string {
    const { id, traceparent } = this.#params.task;
    return traceparentOf(traceparent, id, this.stepId);
  }
  get config(): JsonObject {
    return this.#params.step.handler.config;
  }
  get stepInputs(): JsonObject | undefined {
    return this.#params.inputs;
  }
  get input(): JsonObject {
    const { task, inputs } = this.#params;
    return inputs === undefined ? task.context() : { ...task.context(), ...inputs };
  }
  get results(): UpstreamResults {
    return this;
  }

  logger(): StepLogger {
    const { task, step, attempt } = this.#params;
    return this.#deps.logger({
      task_id: task.id,
      step_id: this.stepId,
      step: step.name,
      attempt,
      correlation_id: task.correlationId,
    });
  }

  names(): string[] {
    const { plan } = this.#params.task.registered;
    return ancestorsOf(plan, this.#params.step.position).flatMap((position) => plan.steps[position]?.name ?? []);
  }

  get(stepName: string): Json | undefined {
    const { task, step } = this.#params;
    const { plan } = task.registered;
    const position = plan.positionByName.get(stepName);
    if (position === undefined) return undefined;
    // parents first: looking further up costs a table of the whole plan
    if (!step.parents.includes(position) && !isAncestor(plan, position, step.position)) return undefined;
    return task.results[position]?.();
  }
}
