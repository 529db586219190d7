import type { StepState, TaskState } from '@tasker/contract';
import type { Plan } from '../../src/graph/plan.ts';

/**
 * What a task is like, kept up to date by hearing what was done to it. It knows nothing of how the engine stores
 * anything: the views are held against it.
 */
export interface TaskModel {
  readonly plan: Plan;
  readonly steps: readonly ModelStep[];
  taskState(): TaskState;
  isOver(): boolean;
  /** Cancelled or resolved as a whole, wherever its steps were. */
  wasEndedByHand(): boolean;
  stateOf(position: number): StepState;
  /** Its children may run. */
  readonly passed: (position: number) => boolean;
  /** It waits for a worker, now or later. */
  waits(position: number): boolean;
  /** It is in a worker's hands. */
  isHeld(position: number): boolean;
  taken(position: number): void;
  completed(position: number): void;
  failed(position: number, now: number, nextAttemptAt: number | null): void;
  /** Handed back unrun. */
  released(position: number, now: number): void;
  /** By a worker. */
  passedOver(position: number): void;
  readonly skipped: (position: number) => void;
  readonly resolved: (position: number) => void;
  /** How many attempts it may have in all. */
  limited(position: number, maxAttempts: number): void;
  /** With what depends on it. */
  readonly cancelled: (position: number) => void;
  /** By an operator, of a task whose steps are as the command wants them: what is decided takes effect where it can. */
  readonly insisted: () => void;
  retried(positions: readonly number[], now: number): void;
  /** What depends on it was resolved and has gone on without it: it is not tried again. */
  isLeftBehind(position: number): boolean;
  readonly taskCancelled: () => void;
  readonly taskResolved: () => void;
}

export interface ModelStep {
  phase: 'untouched' | 'taken' | 'complete' | 'failed' | 'cancelled' | 'resolved';
  attempts: number;
  maxAttempts: number;
  /** Of a failed one; null: never. */
  nextAttemptAt: number | null;
  /** Of the last attempt, if that failed. */
  lastFailureAt: number | null;
  toSkip: boolean;
  /** Not to be run, and in a worker's hands to be passed over. */
  inHand: boolean;
  wasPassedOver: boolean;
  /** What it was when it was taken. */
  phaseBefore: ModelStep['phase'];
}

export function modelTask(plan: Plan, bypassed: readonly number[] = []): TaskModel {
  const steps: ModelStep[] = plan.steps.map(({ position, retry }) => ({
    phase: 'untouched',
    attempts: 0,
    maxAttempts: retry.maxAttempts,
    nextAttemptAt: null,
    lastFailureAt: null,
    toSkip: bypassed.includes(position),
    inHand: false,
    wasPassedOver: false,
    phaseBefore: 'untouched',
  }));
  let ended: TaskState | undefined;
  let endedByHand = false;

  function at(position: number): ModelStep {
    const step = steps[position];
    if (step === undefined) throw new Error(`no step ${position}`);
    return step;
  }

  const parentsOf = (position: number) => plan.steps[position]?.parents ?? [];
  /** Not to be run: it takes effect when it is reached. */
  const isDecided = ({ phase, toSkip }: ModelStep) =>
    phase === 'resolved' || phase === 'cancelled' || (toSkip && phase === 'untouched');

  /** Whether all that can happen to it and to everything before it has happened. */
  function arrived(position: number): boolean {
    const step = at(position);
    if (!parentsOf(position).every(arrived)) return false;
    if (step.phase === 'complete') return true;
    if (step.phase === 'taken') return false;
    if (step.phase === 'failed') return step.nextAttemptAt === null;
    return (isDecided(step) && step.wasPassedOver) || !parentsOf(position).every(passed);
  }

  function passed(position: number): boolean {
    const step = at(position);
    if (step.phase === 'complete') return true;
    if (step.phase === 'resolved') return arrived(position);
    return step.phase === 'untouched' && step.toSkip && step.wasPassedOver && parentsOf(position).every(passed);
  }

  function waits(position: number): boolean {
    const step = at(position);
    if (ended !== undefined || !parentsOf(position).every(passed)) return false;
    if (isDecided(step)) return !step.wasPassedOver && !step.inHand;
    return step.phase === 'untouched' || (step.phase === 'failed' && step.nextAttemptAt !== null);
  }

  function withBelow(position: number): Set<number> {
    const found = new Set([position]);
    for (const step of plan.steps) if (step.parents.some((parent) => found.has(parent))) found.add(step.position);
    return found;
  }

  function stateOf(position: number): StepState {
    const { phase, toSkip, nextAttemptAt } = at(position);
    if (phase === 'complete' || phase === 'cancelled') return phase;
    if (phase === 'resolved') return 'resolved_manually';
    if (toSkip) return 'skipped';
    if (phase === 'taken') return 'in_progress';
    if (phase === 'failed') return ended === 'cancelled' && nextAttemptAt !== null ? 'cancelled' : 'error';
    return ended === 'cancelled' ? 'cancelled' : 'pending';
  }

  const touched = () => steps.some(({ phase, inHand, attempts }) => phase === 'taken' || inHand || attempts > 0);

  /** The task has ended when every step without children has arrived. */
  function settle(): void {
    if (ended !== undefined || !plan.sinks.every(arrived)) return;
    if (plan.sinks.every(passed)) ended = 'complete';
    else
      ended = steps.some(({ phase, nextAttemptAt }) => phase === 'failed' && nextAttemptAt === null)
        ? 'error'
        : 'cancelled';
    for (const step of steps) if (step.phase === 'taken') cancelAttempt(step);
  }

  /** After a command: the graph is gone through anew, past every step that is to be skipped. */
  function settleAnew(): void {
    if (ended === 'error') ended = undefined;
    passOver();
    settle();
  }

  function passOver(): void {
    for (const { position, parents } of plan.steps) {
      const step = at(position);
      if (isDecided(step) && parents.every(passed)) Object.assign(step, { wasPassedOver: true, inHand: false });
    }
  }

  return {
    plan,
    steps,
    taskState: () => ended ?? (touched() ? 'in_progress' : 'pending'),
    isOver: () => ended !== undefined,
    wasEndedByHand: () => endedByHand,
    stateOf,
    passed,
    waits,
    isHeld: (position) => at(position).phase === 'taken' || at(position).inHand,
    taken(position) {
      const step = at(position);
      step.phaseBefore = step.phase;
      if (isDecided(step)) step.inHand = true;
      else step.phase = 'taken';
    },
    completed(position) {
      Object.assign(at(position), { phase: 'complete', attempts: at(position).attempts + 1, lastFailureAt: null });
      settle();
    },
    failed(position, now, nextAttemptAt) {
      const attempts = at(position).attempts + 1;
      Object.assign(at(position), { phase: 'failed', attempts, nextAttemptAt, lastFailureAt: now });
      settle();
    },
    released(position, now) {
      const step = at(position);
      Object.assign(step, { phase: step.phaseBefore, nextAttemptAt: now, inHand: false });
    },
    passedOver(position) {
      Object.assign(at(position), { wasPassedOver: true, inHand: false });
      settle();
    },
    skipped(position) {
      Object.assign(at(position), { toSkip: true, phase: 'untouched', nextAttemptAt: null });
      settleAnew();
    },
    resolved(position) {
      at(position).phase = 'resolved';
      settleAnew();
    },
    limited(position, maxAttempts) {
      at(position).maxAttempts = maxAttempts;
      settleAnew();
    },
    cancelled(position) {
      for (const each of withBelow(position)) {
        if (each !== position && stateOf(each) !== 'pending') continue;
        cancelAttempt(at(each));
      }
      settleAnew();
    },
    insisted: settleAnew,
    retried(positions, now) {
      for (const position of positions) {
        const step = at(position);
        if (step.nextAttemptAt === null) {
          step.maxAttempts = Math.max(step.maxAttempts, step.attempts + maxOf(plan, position));
        }
        Object.assign(step, { phase: 'untouched', nextAttemptAt: now });
      }
      settleAnew();
    },
    isLeftBehind: (position) => [...withBelow(position)].some((each) => at(each).phase === 'resolved' && arrived(each)),
    taskCancelled() {
      for (const step of steps) {
        if (step.phase === 'taken') cancelAttempt(step);
        step.inHand = false;
      }
      ended = 'cancelled';
      endedByHand = true;
    },
    taskResolved() {
      ended = 'resolved_manually';
      endedByHand = true;
    },
  };
}

/** What is taken from a worker has had its attempt. */
function cancelAttempt(step: ModelStep): void {
  if (step.phase === 'taken') Object.assign(step, { attempts: step.attempts + 1, lastFailureAt: null });
  step.phase = 'cancelled';
}

const maxOf = (plan: Plan, position: number) => plan.steps[position]?.retry.maxAttempts ?? 1;
