import { attemptErrorCodes, type Json, type JsonObject } from '@tasker/contract';
import type { Clock } from '../../clock.ts';
import { ancestorsOf } from '../../graph/ancestors.ts';
import type { Plan, PlanStep } from '../../graph/plan.ts';
import { stepIdOf } from '../../graph/step-id.ts';
import type { Deadlines } from './deadlines.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from './handler-outcome.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import { LazyAbort } from './lazy-abort.ts';
import { type StepAttempt, StepContext, type StepLogger, type UpstreamResults } from './step-context.ts';
import { type StepTransaction, type Transact } from './step-transaction.ts';
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

/** Runs a handler once. `done` is called exactly once; the returned function aborts what is under way. */
export type StartAttempt = (params: AttemptParams, done: (end: AttemptEnd) => void) => (reason: Error) => void;

export interface ExecutionDeps {
  readonly handlers: HandlerRegistry;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly logger: (fields: JsonObject) => StepLogger;
  readonly maxResultBytes: number;
}

export function createStartAttempt(deps: ExecutionDeps): StartAttempt {
  return (params, done) => {
    const { step } = params;
    const abort = new LazyAbort();
    const withdraw = deps.deadlines.add(step.timeoutMs, () =>
      finish(timedOut(step), new AttemptTimedOut(step.timeoutMs)),
    );
    const thrownEnd = (thrown: unknown) => outcomeOfThrow(thrown, deps.clock.now());
    const returnedEnd = (value: unknown) =>
      outcomeOfReturn(value, { maxResultBytes: deps.maxResultBytes, resultSchema: step.resultSchema });
    let over = false;

    function finish(end: AttemptEnd, abortReason?: Error): void {
      if (over) return;
      over = true;
      withdraw();
      if (abortReason !== undefined) abort.abort(abortReason);
      done(end);
    }

    async function transaction<Result>(work: (tx: StepTransaction) => Promise<Result>): Promise<Result> {
      let result: { readonly value: Result } | undefined;
      await params.transact(async (tx) => {
        const value = await work(tx);
        const end = returnedEnd(value);
        // thrown inside, so that what was written is rolled back
        if (end.kind === 'failure') throw unfitForTransaction(end);
        result = { value };
        return end;
      });
      if (result === undefined) throw new Error('the transaction ended without a result');
      finish({ kind: 'recorded' });
      return result.value;
    }

    try {
      const handler = deps.handlers.resolve(step.handler.callable, step.handler.method);
      const returned = handler(new StepContext(new Attempt(params, abort, deps, transaction)));
      if (returned instanceof Promise) {
        deps.clock.during?.(returned);
        returned.then(
          (value) => finish(returnedEnd(value)),
          (thrown: unknown) => finish(thrownEnd(thrown)),
        );
      } else finish(returnedEnd(returned));
    } catch (thrown) {
      finish(thrownEnd(thrown));
    }
    return (reason) => finish({ kind: 'aborted' }, reason);
  };
}

/** The reason on the signal of an attempt that took too long. */
export class AttemptTimedOut extends Error {
  override readonly name = 'AttemptTimedOut';

  constructor(timeoutMs: number) {
    super(`the attempt took longer than ${timeoutMs} ms`);
  }
}

function timedOut(step: PlanStep): AttemptEnd {
  const { message, name } = new AttemptTimedOut(step.timeoutMs);
  return { kind: 'failure', permanent: false, error: { message, class: name, code: attemptErrorCodes.timeout } };
}

/** Everything a handler may ask for, worked out when it asks. */
class Attempt {
  readonly #params: AttemptParams;
  readonly #deps: ExecutionDeps;
  readonly abort: LazyAbort;
  readonly transaction: StepAttempt['transaction'];

  constructor(params: AttemptParams, abort: LazyAbort, deps: ExecutionDeps, transaction: StepAttempt['transaction']) {
    this.transaction = transaction;
    this.#params = params;
    this.#deps = deps;
    this.abort = abort;
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
  get correlationId(): string {
    return this.#params.task.correlationId;
  }
  get config(): JsonObject {
    return this.#params.step.handler.config;
  }
  get input(): JsonObject {
    const { task, inputs } = this.#params;
    return inputs === undefined ? task.context() : { ...task.context(), ...inputs };
  }
  get results(): UpstreamResults {
    return upstreamResults(this.#params.task, this.#params.step);
  }
  readonly logger = (): StepLogger => {
    const { task, step, attempt } = this.#params;
    return this.#deps.logger({
      task_id: task.id,
      step_id: this.stepId,
      step: step.name,
      attempt,
      correlation_id: task.correlationId,
    });
  };
}

function upstreamResults(task: AttemptTask, step: PlanStep): UpstreamResults {
  const { plan } = task.registered;
  let upstream: Set<number> | undefined;
  const isUpstream = (position: number) => {
    if (step.parents.includes(position)) return true;
    upstream ??= new Set(ancestorsOf(plan, step.position));
    return upstream.has(position);
  };
  return {
    names: () => ancestorsOf(plan, step.position).flatMap((position) => plan.steps[position]?.name ?? []),
    get(stepName) {
      const position = plan.positionByName.get(stepName);
      if (position === undefined || !isUpstream(position)) return undefined;
      return task.results[position]?.();
    },
  };
}
