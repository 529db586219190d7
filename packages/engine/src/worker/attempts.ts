import type { PlanStep } from '../graph/plan.ts';
import { type Advanced, type HandedStep, recordInTransaction, type StepEdit } from '../lifecycle/3-advance/advance.ts';
import { passOver } from '../lifecycle/3-advance/pass-over.ts';
import type { Completed, StepInLease, StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { AttemptEnd } from '../lifecycle/4-execution/start-attempt.ts';
import type { RecordedResult, StepTransaction, Transact } from '../lifecycle/4-execution/step-transaction.ts';
import type { Queryable } from '../postgres/database.ts';
import { decideAfterFailure } from '../states/retry.ts';
import { completeKnowledge, holdTasks, knowsAll } from './complete-knowledge.ts';
import type { HeldStep, HeldSteps } from './held-steps.ts';
import type { Ended } from './outbox.ts';
import type { CachedTask, TaskCache } from './task-cache.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Steps in hand, from being handed out to the end of their attempts. */
export interface Attempts {
  /** Begins steps that were handed out; those of tasks that are not at hand after a look-up. */
  takeOn(steps: readonly HandedStep[], lease: number, edits: readonly StepEdit[]): void;
  /** Steps that are being looked up or run. */
  readonly running: number;
}

export interface AttemptsDeps extends WorkerDeps {
  readonly cache: TaskCache;
  readonly held: HeldSteps;
  readonly onEnded: (ended: Ended) => void;
  /** A step was recorded by its own transaction. */
  readonly onRecorded: (ended: Ended, advanced: Advanced) => void;
  readonly workerId: number;
  /** Whether steps are still begun; those handed out nevertheless are handed back. */
  readonly mayBegin: () => boolean;
  /** Repeats work until the database answers; undefined when nobody waits for it any more. */
  readonly persist: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

export function createAttempts(deps: AttemptsDeps): Attempts {
  const { db, clock, random, plans, cache, held, listener } = deps;
  let running = 0;

  function beginKnown(mine: HeldStep, edits: readonly StepEdit[]): boolean {
    const task = cache.get(mine.taskId);
    if (!knowsAll(task, mine.step)) return false;
    cache.hold(task);
    begin(mine, task, edits);
    return true;
  }

  async function beginUnknown(steps: readonly HeldStep[], edits: readonly StepEdit[]): Promise<void> {
    const tasks = await deps.persist(() => holdTasks(db, plans, cache, steps));
    if (tasks === undefined) return;
    const found = tasks.flatMap((task, i) => {
      const mine = steps[i];
      return mine === undefined ? [] : [{ task, mine, step: mine.step }];
    });
    const isKnown = await deps.persist(async () => {
      await completeKnowledge(db, cache, found);
      return true;
    });
    for (const { task, mine } of found) {
      if (isKnown) begin(mine, task, edits);
      else cache.letGo(task);
    }
  }

  /** @param task held for this step */
  function begin(mine: HeldStep, task: CachedTask, edits: readonly StepEdit[]): void {
    const step = task.registered.plan.steps[mine.step];
    if (step === undefined) throw new Error(`task ${task.id} has no step ${mine.step}`);
    const edit = edits.find((each) => each.task === task.id && each.step === mine.step);
    const maxAttempts = edit?.max_attempts ?? step.retry.maxAttempts;
    mine.task = task;
    const passed = edit === undefined ? undefined : passOver(placeOf(mine, task), edit);
    if (passed !== undefined) return end(mine, task, passed);
    if (!deps.mayBegin()) return end(mine, task, { ...placeOf(mine, task), kind: 'release' });
    listener.onStarted(task, mine.step, mine.attempt, maxAttempts);
    const beganAt = clock.elapsed();
    const params = {
      task,
      step: edit?.timeout_ms == null ? step : { ...step, timeoutMs: edit.timeout_ms },
      attempt: mine.attempt,
      maxAttempts,
      inputs: edit?.inputs ?? undefined,
      transact: (work: Parameters<Transact>[0]) => transact(mine, task, beganAt, work),
    };
    mine.attempting = deps.startAttempt(params, (attemptEnd) => {
      if (attemptEnd.kind === 'recorded') endRecorded(mine, task);
      else end(mine, task, outcomeOf(mine, task, step, maxAttempts, beganAt, attemptEnd));
    });
  }

  function end(mine: HeldStep, task: CachedTask, outcome: StepOutcome): void {
    running -= 1;
    deps.onEnded({ held: mine, task, outcome });
  }

  /** Records the step in the transaction that does its work. */
  async function transact(
    mine: HeldStep,
    task: CachedTask,
    beganAt: number,
    work: Parameters<Transact>[0],
  ): Promise<void> {
    mine.recorded = await db.transaction(async (tx) => {
      const result = await work(rawQueries(tx));
      const outcome = completed(mine, task, beganAt, clock.elapsed(), result);
      return { outcome, advanced: await recordInTransaction(tx, clock, deps.workerId, outcome) };
    });
  }

  function endRecorded(mine: HeldStep, task: CachedTask): void {
    if (mine.recorded === undefined) throw new Error('the step was not recorded');
    running -= 1;
    deps.onRecorded({ held: mine, task, outcome: mine.recorded.outcome }, mine.recorded.advanced);
  }

  function outcomeOf(
    mine: HeldStep,
    task: CachedTask,
    step: PlanStep,
    maxAttempts: number,
    beganAt: number,
    attemptEnd: Exclude<AttemptEnd, { kind: 'recorded' }>,
  ): StepOutcome {
    if (attemptEnd.kind === 'aborted') return { ...placeOf(mine, task), kind: 'release' };
    const endedAt = clock.elapsed();
    if (attemptEnd.kind === 'success') {
      return completed(mine, task, beganAt, endedAt, attemptEnd);
    }
    const { attempt } = mine;
    const decision = decideAfterFailure({ policy: step.retry, attempt, maxAttempts, failure: attemptEnd, random });
    const error = JSON.stringify(attemptEnd.error);
    const place = placeOf(mine, task);
    if (decision.kind === 'fail') {
      const verdict = { maxAttempts, why: decision.reason };
      return { ...place, kind: 'error', beganAt, endedAt, error, retryMs: null, verdict };
    }
    const why = attemptEnd.retryAfterMs === undefined ? 'policy' : 'asked';
    const verdict = { maxAttempts, why } as const;
    return { ...place, kind: 'error', beganAt, endedAt, error, retryMs: decision.delayMs, verdict };
  }

  return {
    takeOn(steps, lease, edits) {
      running += steps.length;
      const mine = steps.map(({ taskId, step, attempt }): HeldStep => ({ taskId, step, attempt, lease }));
      // held before they can begin: their lease must not be closed over them
      for (const step of mine) held.add(step);
      const unknown = mine.filter((step) => !beginKnown(step, edits));
      if (unknown.length === 0) return;
      beginUnknown(unknown, edits).catch((error: unknown) => {
        listener.onWarning('steps could not be begun', error);
      });
    },
    get running() {
      return running;
    },
  };
}

function rawQueries(tx: Queryable): StepTransaction {
  return { query: (text, values = []) => tx.query({ text }, values) };
}

function placeOf({ step, attempt, lease }: HeldStep, task: CachedTask): StepInLease {
  const { id: taskId, registered, priority } = task;
  return { taskId, registered, priority, step, attempt, lease };
}

/** One literal: this is made for every step, and copying objects into objects shows. */
function completed(
  mine: HeldStep,
  task: CachedTask,
  beganAt: number,
  endedAt: number,
  { resultText, metadataText, annotations }: RecordedResult,
): Completed {
  return {
    kind: 'complete',
    taskId: task.id,
    registered: task.registered,
    priority: task.priority,
    step: mine.step,
    attempt: mine.attempt,
    lease: mine.lease,
    beganAt,
    endedAt,
    result: resultText,
    metadata: metadataText ?? null,
    annotations: annotations ?? null,
  };
}
