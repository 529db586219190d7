import {
  DuplicateTask,
  IdempotencyKeyReused,
  InvalidContext,
  InvalidRequest,
  TemplateNotRunnable,
} from '../../errors.ts';
import type { RegisteredPlan } from '../../graph/registered-plan.ts';
import { lazyObject } from '../../json/lazy-json.ts';
import { formatPath } from '../../json/path.ts';
import { serialiseJson } from '../../json/serialise.ts';
import type { Queryable } from '../../postgres/database.ts';
import { validateContext } from '../1-template/context-schema.ts';
import { holdRevisions } from './hold-revisions.sql.ts';
import { type IdentifyingContext, identityOf } from './identity.ts';
import { insertDecisions } from './insert-decisions.sql.ts';
import { insertTasks, type NewTask, reserveKeys, type TakenKey } from './insert-tasks.sql.ts';
import { type Decision, fitDecision, nothingDecided } from './submission-hook.ts';
import type { TaskRequest } from './task-request.ts';

/** A task that is in the database, or was there before. */
export interface Submitted {
  readonly task: NewTask;
  readonly registered: RegisteredPlan;
  readonly taskId: string;
  /** As the database has it; undefined: it was written before. */
  readonly createdAt: Date | undefined;
  /** A worker of this process has its first steps already. */
  readonly handed: boolean;
  /** The same request was submitted before: `taskId` is the task of that time. */
  readonly replayed: boolean;
}

/** A request that has passed every check, ready to be written. */
export interface PreparedTask {
  readonly task: NewTask;
  readonly registered: RegisteredPlan;
}

/** An own graph was dropped after it was prepared: nothing was written, and it can be prepared again. */
export class GraphGone extends Error {
  override readonly name = 'GraphGone';
}

/**
 * Works out what is to be written of a request whose form is in order.
 *
 * @param registered the graph that the task is to have: that of its template, or its own
 */
export function prepareTask(
  taskId: string,
  registered: RegisteredPlan,
  request: TaskRequest,
  context: CheckedContext = checkContext(registered, request.context),
  decision: Decision = nothingDecided,
): PreparedTask {
  refuseUnsupported(registered);
  const decided = fitDecision(registered.plan, decision);
  const task: NewTask = {
    id: taskId,
    revisionId: registered.revisionId,
    priority: request.priority ?? decided.priority ?? 0,
    context: context.text,
    correlationId: request.correlationId ?? null,
    parentCorrelationId: request.parentCorrelationId ?? null,
    traceparent: request.traceparent ?? null,
    idempotencyKey: request.idempotencyKey ?? null,
    initiator: request.initiator ?? null,
    sourceSystem: request.sourceSystem ?? null,
    reason: request.reason ?? null,
    tags: request.tags ?? [],
    identity: identityOf(registered.plan, context, request.idempotencyKey),
    roots: registered.plan.roots.map((step) => ({ step, queue: registered.queues[step] ?? 0 })),
    skips: skipsOf(registered, request.bypassSteps, decided.skips),
    edits: decided.edits,
    annotations: decided.annotations,
  };
  return { task, registered };
}

/** Most tasks have none. */
function skipsOf(
  registered: RegisteredPlan,
  names: readonly string[] = [],
  decided: readonly number[],
): readonly number[] {
  if (names.length + decided.length === 0) return decided;
  return [...new Set([...names.map((name) => bypassed(registered, name)), ...decided])];
}

function refuseUnsupported({ plan }: RegisteredPlan): void {
  if (plan.unsupported.length === 0) return;
  throw new TemplateNotRunnable(`${plan.namespace}/${plan.name}@${plan.version}`, plan.unsupported);
}

/**
 * The context as it is stored: JSON that PostgreSQL can hold, with the defaults of the schema filled in.
 *
 * @throws {InvalidRequest} {InvalidContext}
 */
export function checkContext({ plan }: RegisteredPlan, given: unknown): CheckedContext {
  const serialised = serialiseJson(given, largestContextBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    throw new InvalidRequest(formatPath(['context', ...path]), reason);
  }
  if (!serialised.text.startsWith('{')) throw new InvalidRequest('context', 'must be an object');
  const asGiven = lazyObject(serialised.text);
  if (plan.inputSchema === undefined) return { text: serialised.text, value: asGiven, asGiven };
  const { context, violations } = validateContext(plan.inputSchema, asGiven());
  if (violations.length > 0) throw new InvalidContext(`${plan.namespace}/${plan.name}@${plan.version}`, violations);
  return { text: JSON.stringify(context), value: () => context, asGiven };
}

export interface CheckedContext extends IdentifyingContext {
  readonly text: string;
}

const largestContextBytes = 1024 * 1024;

function bypassed({ plan }: RegisteredPlan, name: string): number {
  const step = plan.steps[plan.positionByName.get(name) ?? -1];
  if (step === undefined)
    throw new InvalidRequest('bypass_steps', `names \`${name}\`, which is no step of ${plan.name}`);
  if (!step.skippable) throw new InvalidRequest('bypass_steps', `names \`${name}\`, which is not skippable`);
  return step.position;
}

/**
 * Writes tasks with the steps they begin with, in the caller's transaction: all of them or none. Per task the answer
 * is what was submitted (now or, on a replay, before) or the error that concerns it alone.
 */
export async function writeTasks(tx: Queryable, prepared: readonly PreparedTask[]): Promise<(Submitted | Error)[]> {
  const taken = new Map(
    (
      await reserveKeys(
        tx,
        prepared.map(({ task }) => task),
      )
    ).map((key) => [key.wanted_by, key]),
  );
  const own = prepared.flatMap(({ registered }) => (registered.derivedFrom === undefined ? [] : registered.revisionId));
  const gone = await holdRevisions(tx, own);
  if (gone.length > 0) throw new GraphGone(`the revisions ${gone.join(', ')} were dropped`);
  const fresh = prepared.flatMap(({ task }) => (taken.has(task.id) ? [] : [task]));
  const { createdAt } = await insertTasks(tx, fresh);
  await insertDecisions(tx, fresh);
  return prepared.map((each) => answer(each, taken.get(each.task.id), createdAt(each.task.id)));
}

function answer(prepared: PreparedTask, taken: TakenKey | undefined, createdAt: Date | undefined): Submitted | Error {
  const { task, registered } = prepared;
  if (taken === undefined) return { task, registered, taskId: task.id, createdAt, handed: false, replayed: false };
  const { namespace, name, version } = registered.plan;
  if (task.idempotencyKey === null) return new DuplicateTask(`${namespace}/${name}@${version}`, taken.task_id);
  if (taken.fingerprint !== task.identity?.fingerprint) return new IdempotencyKeyReused(taken.task_id);
  return { task, registered, taskId: taken.task_id, createdAt: undefined, handed: false, replayed: true };
}
