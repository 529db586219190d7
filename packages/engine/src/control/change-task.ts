import type { StepState, TaskState, TerminalTaskState } from '@tasker/contract';
import { frontierOf } from '../graph/frontier.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { isSerialization } from '../postgres/sqlstate.ts';
import { type HeldTask, holdTask } from './hold-task.sql.ts';
import { type StepRecord, stepRecords, untouched } from './step-facts.ts';
import {
  type By,
  closeSteps,
  insertActions,
  type NewAction,
  openSteps,
  replaceCounters,
  replaceOutcome,
  revokeSteps,
  type StepChange,
  upsertStepEdit,
} from './write-change.sql.ts';

export type { By } from './write-change.sql.ts';

/** A task that nobody else can change, as an operator's command sees it. */
export interface TaskInHand {
  readonly task: HeldTask;
  readonly registered: RegisteredPlan;
  readonly state: TaskState;
  stateOf(position: number): StepState;
  recordOf(position: number): StepRecord;
}

/** What a command decides; everything else follows from history. Without actions there is nothing to change. */
export interface Change {
  readonly actions: readonly NewAction[];
  readonly edits?: readonly StepChange[];
  /** Steps to make due now although their backoff has not passed. */
  readonly dueNow?: readonly number[];
  /** Ends the task whatever its steps are. */
  readonly end?: TerminalTaskState;
}

export interface Changed {
  readonly taskId: string;
  readonly registered: RegisteredPlan;
  readonly from: TaskState;
  readonly to: TaskState;
  readonly correlationId: string;
  /** False: it was so before. Without an action of its own, what others had decided may have been carried out. */
  readonly effective: boolean;
  /** What the actions, or the end of the task, made of its steps. */
  readonly steps: readonly ChangedStep[];
  /** Workers may be running what was taken from them. */
  readonly revoked: boolean;
  /** Steps wait for a worker. */
  readonly opened: boolean;
}

export interface ChangedStep {
  readonly step: number;
  readonly kind: Exclude<NewAction['kind'], 'edit'>;
  readonly from: StepState;
  /** Its last attempt; 0 when there was none. */
  readonly attempt: number;
}

/** In the transaction that the task is held in. */
export type LoadPlan = (revisionId: number, within: Queryable) => Promise<RegisteredPlan>;

/** How often a command is repeated that only lost a race for locks. */
const raceLimit = 10;

/**
 * Carries out an operator's command: holds the task still, writes the command into history, and makes the frontier
 * what history now says it is.
 */
export async function changeTask(
  db: Database,
  loadPlan: LoadPlan,
  taskId: string,
  by: By,
  decide: (inHand: TaskInHand) => Change,
): Promise<Changed> {
  for (let race = 1; ; race++) {
    try {
      return await db.transaction((tx) => change(tx, loadPlan, taskId, by, decide));
    } catch (error) {
      if (!isSerialization(error) || race >= raceLimit) throw error;
    }
  }
}

async function change(
  tx: Queryable,
  loadPlan: LoadPlan,
  taskId: string,
  by: By,
  decide: (inHand: TaskInHand) => Change,
): Promise<Changed> {
  const task = await holdTask(tx, taskId);
  const registered = await loadPlan(task.revisionId, tx);
  const before = inHand(task, registered);
  const decided = decide(before);
  const { actions, edits = [], dueNow = [], end } = decided;
  const told = { taskId, registered, correlationId: task.correlationId, from: before.state };
  if (actions.length === 0 && !hasIdleDecision(before)) {
    return { ...told, to: before.state, effective: false, steps: [], revoked: false, opened: false };
  }
  const after = withChange(task, actions, edits);
  const settled = settle(registered, after, end);
  // before the outcome that it tells of goes
  if (actions.length > 0) await insertActions(tx, taskId, actions, by, settled.outcome !== task.outcome);
  for (const edit of edits) await upsertStepEdit(tx, taskId, edit);
  const to = await writeFrontier(tx, before, after, settled, dueNow, by);
  return { ...told, ...to, effective: true, steps: changedSteps(before, actions, to.to) };
}

/**
 * Whether a step that is not to be run, as somebody has decided, still waits for a worker to pass it over: there may be
 * none that serves it. Then asking again carries it out.
 */
function hasIdleDecision({ task, recordOf }: TaskInHand): boolean {
  return task.outcome === null && task.ready.some(({ step }) => recordOf(step).fact !== 'open');
}

/** A cancelled task takes with it what was not over. */
function changedSteps(before: TaskInHand, actions: readonly NewAction[], to: TaskState): ChangedStep[] {
  const changed = new Map<number, ChangedStep>();
  const add = (step: number, kind: ChangedStep['kind']) => {
    const { attempts, leased } = before.recordOf(step);
    changed.set(step, { step, kind, from: before.stateOf(step), attempt: leased ? attempts + 1 : attempts });
  };
  for (const { step, kind } of actions) if (step !== null && kind !== 'edit') add(step, kind);
  if (to === 'cancelled' && before.state !== 'cancelled') {
    for (const { position } of before.registered.plan.steps) {
      if (!changed.has(position) && isOpen(before, position)) add(position, 'cancel');
    }
  }
  return [...changed.values()];
}

function isOpen(before: TaskInHand, step: number): boolean {
  const state = before.stateOf(step);
  return state === 'pending' || state === 'in_progress' || (state === 'error' && before.recordOf(step).ready);
}

function withChange(task: HeldTask, actions: readonly NewAction[], edits: readonly StepChange[]): HeldTask {
  const changed = edits.map(({ step, maxAttempts = null, skip = false, decided = null }) => ({
    step,
    max_attempts: maxAttempts,
    attempt_limit: null,
    skip,
    decided,
  }));
  return { ...task, actions: [...task.actions, ...actions], edits: [...task.edits, ...changed] };
}

interface Settled {
  readonly frontier: ReturnType<typeof frontierOf>;
  readonly outcome: TerminalTaskState | null;
  recordOf(step: number): StepRecord;
}

function settle({ plan }: RegisteredPlan, task: HeldTask, end: TerminalTaskState | undefined): Settled {
  const records = stepRecords(task);
  const recordOf = (step: number) => records.get(step) ?? untouched;
  const frontier = frontierOf(plan, (step) => recordOf(step).fact);
  return { frontier, outcome: end ?? outcomeOf(frontier.end, task), recordOf };
}

async function writeFrontier(
  tx: Queryable,
  before: TaskInHand,
  task: HeldTask,
  { frontier, outcome, recordOf }: Settled,
  dueNow: readonly number[],
  by: By,
): Promise<{ to: TaskState; revoked: boolean; opened: boolean }> {
  const staysOpen = (step: number) =>
    outcome === null && recordOf(step).fact === 'open' && !frontier.toClose.includes(step);

  const toClose = task.ready.map(({ step }) => step).filter((step) => !staysOpen(step));
  if (toClose.length > 0) await closeSteps(tx, task.id, toClose);
  const toRevoke = task.leased.map(({ step }) => step).filter((step) => !staysOpen(step));
  // a step that was only to be passed over has not been tried
  const tried = toRevoke.filter((step) => before.recordOf(step).fact === 'open');
  if (toRevoke.length > 0) await revokeSteps(tx, task.id, toRevoke, tried, JSON.stringify(cancelledBy(by)));
  const toOpen = outcome === null ? [...frontier.toOpen, ...dueNow] : [];
  if (toOpen.length > 0) {
    const { queues } = before.registered;
    const ready = toOpen.map((step) => ({ step, attempt: recordOf(step).attempts + 1, queue: queues[step] ?? 0 }));
    await openSteps(tx, task.id, task.priority, ready);
  }
  await replaceCounters(tx, task.id, outcome === null ? frontier.counters : []);
  if (outcome !== task.outcome) await replaceOutcome(tx, task.id, outcome);
  const begun = task.attempts.length + tried.length > 0 || task.leased.length > toRevoke.length;
  return {
    to: outcome ?? (begun ? 'in_progress' : 'pending'),
    revoked: toRevoke.length > 0,
    opened: toOpen.length > 0,
  };
}

/** A finish that some branch will never reach is an error, unless operators took all those branches away. */
function outcomeOf(end: 'complete' | 'blocked' | null, task: HeldTask): TerminalTaskState | null {
  if (end !== 'blocked') return end;
  const failed = [...stepRecords(task)].some(([step, { fact }]) => fact === 'dead' && !isCancelled(task, step));
  return failed ? 'error' : 'cancelled';
}

function isCancelled(task: HeldTask, step: number): boolean {
  return task.actions.findLast((action) => action.step === step && action.kind !== 'edit')?.kind === 'cancel';
}

function cancelledBy({ actor, reason }: By) {
  const message = `The attempt was cancelled by ${actor}${reason === undefined ? '' : `: ${reason}`}.`;
  return { message, class: 'Cancelled', code: 'CANCELLED' };
}

function inHand(task: HeldTask, registered: RegisteredPlan): TaskInHand {
  const records = stepRecords(task);
  const recordOf = (position: number) => records.get(position) ?? untouched;
  const touched = task.attempts.length > 0 || task.leased.length > 0;
  const state = isTaskState(task.outcome) ? task.outcome : touched ? 'in_progress' : 'pending';
  return { task, registered, state, recordOf, stateOf: (position) => stepStateOf(task, position, recordOf(position)) };
}

function isTaskState(state: TaskState | null): state is TaskState {
  return state !== null;
}

function stepStateOf(task: HeldTask, step: number, record: StepRecord): StepState {
  const last = task.actions.findLast((action) => action.step === step && action.kind !== 'edit');
  if (last?.kind === 'resolve') return 'resolved_manually';
  if (last?.kind === 'cancel') return 'cancelled';
  if (record.fact === 'settled') return 'complete';
  if (record.fact === 'to_skip') return 'skipped';
  if (record.leased) return 'in_progress';
  const reopened = last?.kind === 'retry' && last.attempts >= record.attempts;
  return record.attempts > 0 && !reopened ? 'error' : 'pending';
}
