import type { Json, JsonObject } from '@tasker/contract';
import { InvalidRequest, StepNotFound } from '../errors.ts';
import type { Plan } from '../graph/plan.ts';
import { isUuid, parseStepId } from '../graph/step-id.ts';
import { storableText } from '../json/serialise.ts';
import type { Database } from '../postgres/database.ts';
import { type Change, type Changed, changeTask, type LoadPlan, type TaskInHand } from './change-task.ts';
import {
  cancelStep,
  cancelTask,
  editStep,
  resolveStep,
  resolveTask,
  retryStep,
  retryTask,
  skipStep,
} from './commands.ts';
import { editTask, type TaskEdit } from './edit-task.ts';
import type { By } from './write-change.sql.ts';

export type { TaskEdit } from './edit-task.ts';

/** Who does it and why: kept in history. */
export interface OperatorNote {
  /** Default `operator`. */
  readonly actor?: string;
  readonly reason?: string;
}

/** A task after an operator's command. */
export interface CommandResult {
  readonly taskId: string;
  readonly status: Changed['to'];
  /** False: it was so before, and nothing decided earlier waited to be carried out. */
  readonly changed: boolean;
}

/** What operators can do. Steps are named by name or id. */
export interface Control {
  /** Ends the task: nothing more of it starts, and what runs gets its abort signal. */
  cancelTask(taskId: string, note?: OperatorNote): Promise<CommandResult>;
  /** Gives every step that failed for good its attempts again; steps that wait for a retry run now. */
  retryTask(taskId: string, note?: OperatorNote): Promise<CommandResult>;
  /** Declares a failed task settled without running the rest. */
  resolveTask(taskId: string, note?: OperatorNote): Promise<CommandResult>;
  /** Changes what is said about a task; nothing of its course depends on that. */
  editTask(taskId: string, edit: TaskEdit, note?: OperatorNote): Promise<CommandResult>;
  retryStep(taskId: string, step: string, note?: OperatorNote): Promise<CommandResult>;
  /** Settles a step by hand; `result` is what its children get. */
  resolveStep(taskId: string, step: string, result: Json, note?: OperatorNote): Promise<CommandResult>;
  /** Goes on without a step, now or when it is reached. */
  skipStep(taskId: string, step: string, note?: OperatorNote): Promise<CommandResult>;
  /** Takes a step out, and with it everything that depends on it. */
  cancelStep(taskId: string, step: string, note?: OperatorNote): Promise<CommandResult>;
  /** Changes what an attempt still to come may do. */
  editStep(taskId: string, step: string, edit: StepEdit, note?: OperatorNote): Promise<CommandResult>;
}

export interface StepEdit {
  /** Total attempts, those made included; 1 to 1000. */
  readonly maxAttempts?: number;
  /** Replaces values of the task's context for this step. */
  readonly inputs?: JsonObject;
}

export interface ControlDeps {
  readonly db: Database;
  readonly loadPlan: LoadPlan;
  /** Told after the commit. */
  readonly onChanged: (changed: Changed, by: By) => void;
}

export function createControl({ db, loadPlan, onChanged }: ControlDeps): Control {
  async function command(given: string, note: OperatorNote, decide: (inHand: TaskInHand) => Change) {
    const taskId = given.toLowerCase();
    checkId(taskId);
    const by = byOf(note);
    const changed = await changeTask(db, loadPlan, taskId, by, decide);
    if (changed.effective) onChanged(changed, by);
    return { taskId, status: changed.to, changed: changed.effective };
  }

  function stepCommand(
    taskId: string,
    step: string,
    note: OperatorNote,
    decide: (inHand: TaskInHand, position: number) => Change,
  ) {
    return command(taskId, note, (inHand) => decide(inHand, positionOf(inHand.registered.plan, taskId, step)));
  }

  return {
    cancelTask: (taskId, note = {}) => command(taskId, note, cancelTask),
    retryTask: (taskId, note = {}) => command(taskId, note, retryTask),
    resolveTask: (taskId, note = {}) => command(taskId, note, resolveTask),
    async editTask(given, edit, note = {}) {
      const taskId = given.toLowerCase();
      checkId(taskId);
      return { taskId, ...(await editTask(db, taskId, edit, byOf(note))) };
    },
    retryStep: (taskId, step, note = {}) => stepCommand(taskId, step, note, retryStep),
    resolveStep: (taskId, step, result, note = {}) =>
      stepCommand(taskId, step, note, (inHand, position) => resolveStep(inHand, position, result)),
    skipStep: (taskId, step, note = {}) => stepCommand(taskId, step, note, skipStep),
    cancelStep: (taskId, step, note = {}) => stepCommand(taskId, step, note, cancelStep),
    editStep: (taskId, step, edit, note = {}) =>
      stepCommand(taskId, step, note, (inHand, position) => editStep(inHand, position, edit)),
  };
}

/** A step by name or id. */
function positionOf(plan: Plan, taskId: string, step: string): number {
  const byName = plan.positionByName.get(step);
  if (byName !== undefined) return byName;
  const byId = parseStepId(step);
  if (byId?.taskId === taskId.toLowerCase() && byId.position < plan.steps.length) return byId.position;
  throw new StepNotFound(taskId, step);
}

function byOf({ actor = 'operator', reason }: OperatorNote): By {
  if (actor === '' || actor.length > 128) throw new InvalidRequest('actor', 'must have 1 to 128 characters');
  if (reason !== undefined && reason.length > 1024)
    throw new InvalidRequest('reason', 'must have at most 1024 characters');
  for (const [field, text] of Object.entries({ actor, reason })) {
    if (text !== undefined && storableText(text) !== text)
      throw new InvalidRequest(field, 'has a character that PostgreSQL cannot store');
  }
  return { actor, reason };
}

function checkId(taskId: string): void {
  if (!isUuid(taskId)) throw new InvalidRequest('task_id', 'must be a UUID');
}
