import type { Json, JsonObject } from '@tasker/contract';
import { InvalidRequest, InvalidTransition } from '../errors.ts';
import { ancestorsOf, isAncestor } from '../graph/ancestors.ts';
import { frontierOf } from '../graph/frontier.ts';
import { formatPath } from '../json/path.ts';
import { serialiseJson } from '../json/serialise.ts';
import { transitionStep } from '../states/step-transitions.ts';
import { transitionTask } from '../states/task-transitions.ts';
import type { Change, TaskInHand } from './change-task.ts';
import type { NewAction } from './write-change.sql.ts';

/** What operators can do to a task, as decisions over a task that is held still. */

/** Ends the task: nothing more of it starts, what runs gets its abort signal. */
export function cancelTask(inHand: TaskInHand): Change {
  if (!maySetTask(inHand, 'cancelled')) return { actions: [] };
  return { actions: [onTask('cancel')], end: 'cancelled' };
}

/** Declares a failed task settled without running the rest. */
export function resolveTask(inHand: TaskInHand): Change {
  if (!maySetTask(inHand, 'resolved_manually')) return { actions: [] };
  return { actions: [onTask('resolve')], end: 'resolved_manually' };
}

/** Gives every step that failed for good its attempts again. */
export function retryTask(inHand: TaskInHand): Change {
  if (isOver(inHand)) throw new InvalidTransition(`Task ${inHand.task.id}`, inHand.state, 'in_progress');
  const failed = inHand.registered.plan.steps
    .map((step) => step.position)
    .filter((position) => hasFailed(inHand, position) || isBackingOff(inHand, position));
  const mended = failed.filter((position) => overtakerOf(inHand, position) === undefined);
  if (mended.length === 0) {
    const hint = failed.map((position) => overtakenHint(inHand, position)).join(' ');
    throw new InvalidTransition(`Task ${inHand.task.id}`, inHand.state, 'in_progress', hint === '' ? undefined : hint);
  }
  return mended.map((position) => retryStep(inHand, position)).reduce(merge);
}

/** Runs a failed step again, with all its attempts; one that waits for its next attempt runs now. */
export function retryStep(inHand: TaskInHand, position: number): Change {
  if (isOver(inHand)) throw stepRefusal(inHand, position, 'pending');
  if (isBackingOff(inHand, position)) return { actions: [onStep(inHand, position, 'retry')], dueNow: [position] };
  if (!hasFailed(inHand, position)) throw stepRefusal(inHand, position, 'pending');
  if (overtakerOf(inHand, position) !== undefined) {
    throw stepRefusal(inHand, position, 'pending', overtakenHint(inHand, position));
  }
  const { attempts } = inHand.recordOf(position);
  const edit = inHand.task.edits.findLast((each) => each.step === position);
  const allowed = edit?.attempt_limit ?? inHand.registered.plan.steps[position]?.retry.maxAttempts ?? 1;
  const edited = edit?.max_attempts ?? 0;
  return {
    actions: [onStep(inHand, position, 'retry')],
    edits: [{ step: position, maxAttempts: Math.max(attempts + allowed, edited) }],
  };
}

/** Settles a step by hand with a result of the operator's; its children may run once everything before it is over. */
export function resolveStep(inHand: TaskInHand, position: number, result: Json): Change {
  if (!maySetStep(inHand, position, 'resolved_manually')) return { actions: [] };
  const serialised = serialiseJson(result, largestResultBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    throw new InvalidRequest(formatPath(['result', ...path]), reason);
  }
  return {
    actions: [onStep(inHand, position, 'resolve', serialised.text)],
    edits: [{ step: position, decided: 'resolve' }],
  };
}

const largestResultBytes = 1024 * 1024;

/** Goes on without a step, now or when it is reached. */
export function skipStep(inHand: TaskInHand, position: number): Change {
  if (!maySetStep(inHand, position, 'skipped')) return { actions: [] };
  return { actions: [onStep(inHand, position, 'skip')], edits: [{ step: position, skip: true }] };
}

/** Takes a step out, and with it everything that depends on it. */
export function cancelStep(inHand: TaskInHand, position: number): Change {
  if (!maySetStep(inHand, position, 'cancelled')) return { actions: [] };
  const { plan } = inHand.registered;
  const below = plan.steps
    .map((step) => step.position)
    .filter((other) => inHand.stateOf(other) === 'pending' && ancestorsOf(plan, other).includes(position));
  const cancelled = [position, ...below];
  return {
    actions: cancelled.map((each) => onStep(inHand, each, 'cancel')),
    edits: cancelled.map((step) => ({ step, decided: 'cancel' })),
  };
}

/** Changes what an attempt still to come may do: how many there may be, and what it is given. */
export function editStep(
  inHand: TaskInHand,
  position: number,
  edit: { readonly maxAttempts?: number | undefined; readonly inputs?: JsonObject | undefined },
): Change {
  const state = inHand.stateOf(position);
  if (isOver(inHand) || (state !== 'pending' && state !== 'error')) throw stepRefusal(inHand, position, 'edited');
  const { maxAttempts, inputs } = edit;
  if (maxAttempts === undefined && inputs === undefined) throw new InvalidRequest('edit', 'must change something');
  if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 1000)) {
    throw new InvalidRequest('max_attempts', `must be a whole number from 1 to 1000, not ${maxAttempts}`);
  }
  return {
    actions: [onStep(inHand, position, 'edit')],
    edits: [
      {
        step: position,
        ...(maxAttempts === undefined ? {} : { maxAttempts }),
        ...(inputs === undefined ? {} : { inputs: inputsText(inputs) }),
      },
    ],
  };
}

function inputsText(inputs: JsonObject): string {
  const serialised = serialiseJson(inputs, largestResultBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    throw new InvalidRequest(formatPath(['inputs', ...path]), reason);
  }
  if (!serialised.text.startsWith('{')) throw new InvalidRequest('inputs', 'must be an object');
  return serialised.text;
}

function hasFailed(inHand: TaskInHand, position: number): boolean {
  return inHand.recordOf(position).fact === 'dead' && inHand.stateOf(position) === 'error';
}

/**
 * A step that depends on it, was resolved and has gone on without it: what follows that one may have run, and would be
 * reached a second time. Resolving the step itself, or skipping it, is still possible.
 */
function overtakerOf(inHand: TaskInHand, position: number): string | undefined {
  const { plan } = inHand.registered;
  const { arrived } = frontierOf(plan, (step) => inHand.recordOf(step).fact);
  return plan.steps.find(
    (step) =>
      arrived[step.position] !== false &&
      inHand.stateOf(step.position) === 'resolved_manually' &&
      isAncestor(plan, position, step.position),
  )?.name;
}

function overtakenHint(inHand: TaskInHand, position: number): string {
  const { name = '' } = inHand.registered.plan.steps[position] ?? {};
  return `Step ${overtakerOf(inHand, position)} was resolved and has gone on without ${name}: resolve or skip ${name} instead.`;
}

function isBackingOff(inHand: TaskInHand, position: number): boolean {
  return inHand.task.ready.some((row) => row.step === position && row.waiting);
}

/** False: it is there already. */
function maySetTask(inHand: TaskInHand, to: 'cancelled' | 'resolved_manually'): boolean {
  const outcome = transitionTask(inHand.state, to);
  if (outcome === 'invalid_from_state') throw new InvalidTransition(`Task ${inHand.task.id}`, inHand.state, to);
  return outcome === 'transitioned';
}

/** False: it is there already. */
function maySetStep(inHand: TaskInHand, position: number, to: 'cancelled' | 'resolved_manually' | 'skipped'): boolean {
  const outcome = transitionStep(inHand.stateOf(position), to);
  if (outcome === 'invalid_from_state' || (outcome === 'transitioned' && isOver(inHand))) {
    throw stepRefusal(inHand, position, to);
  }
  return outcome === 'transitioned';
}

/** Ended in a way that its steps can no longer change; an error may still be mended. */
function isOver({ state }: TaskInHand): boolean {
  return state === 'complete' || state === 'cancelled' || state === 'resolved_manually';
}

function stepRefusal(inHand: TaskInHand, position: number, to: string, hint?: string): InvalidTransition {
  const name = inHand.registered.plan.steps[position]?.name ?? String(position);
  return new InvalidTransition(`Step ${name} of task ${inHand.task.id}`, inHand.stateOf(position), to, hint);
}

function onTask(kind: NewAction['kind']): NewAction {
  return { step: null, kind, attempts: 0, result: null };
}

function onStep(inHand: TaskInHand, step: number, kind: NewAction['kind'], result: string | null = null): NewAction {
  return { step, kind, attempts: inHand.recordOf(step).attempts, result };
}

function merge(one: Change, other: Change): Change {
  return {
    actions: [...one.actions, ...other.actions],
    edits: [...(one.edits ?? []), ...(other.edits ?? [])],
    dueNow: [...(one.dueNow ?? []), ...(other.dueNow ?? [])],
  };
}
