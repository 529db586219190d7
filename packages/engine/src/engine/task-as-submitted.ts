import { levels } from '../graph/levels.ts';
import type { Plan, PlanStep } from '../graph/plan.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { lazyObject } from '../json/lazy-json.ts';
import type { Submitted } from '../lifecycle/2-submission/submit-tasks.ts';
import type { StepView } from '../views/find-steps.sql.ts';
import type { TaskSummary } from '../views/find-task.sql.ts';
import { edgesOf, type TaskDetail } from '../views/task-detail.ts';

/** A task as it stands when it was written and nobody has touched it, known without a look at the database. */
export interface FreshTask {
  readonly task: TaskSummary;
  /** Its context, as JSON. */
  readonly contextText: string;
  /** The same object for all tasks whose steps differ in ids and times alone: what is made of those can be kept by it. */
  readonly graph: object;
  /** What `taskDetail` would say. Asking the database for it costs several times what writing the task does. */
  detail(): TaskDetail;
}

/** Undefined where more was decided than the plan says, or the task was there before. */
export function taskAsSubmitted(submitted: Submitted): FreshTask | undefined {
  const { task, registered, createdAt } = submitted;
  const isPlain = task.skips.length + task.edits.length + task.annotations.length === 0;
  if (createdAt === undefined || !isPlain) return undefined;
  const summary = summaryOf(submitted, createdAt);
  return {
    task: summary,
    contextText: task.context,
    graph: registered,
    detail: () => detailOf(summary, submitted, createdAt),
  };
}

function summaryOf({ task, taskId, registered }: Submitted, createdAt: Date): TaskSummary {
  const { namespace, name, version } = registered.plan;
  return {
    taskId,
    namespace,
    name,
    version,
    revision: registered.revision,
    state: 'pending',
    priority: task.priority,
    correlationId: task.correlationId,
    parentCorrelationId: task.parentCorrelationId,
    idempotencyKey: task.idempotencyKey,
    initiator: task.initiator,
    sourceSystem: task.sourceSystem,
    reason: task.reason,
    tags: task.tags,
    traceparent: task.traceparent,
    createdAt,
    finishedAt: null,
  };
}

function detailOf(summary: TaskSummary, { task, taskId, registered }: Submitted, createdAt: Date): TaskDetail {
  const around = surroundingsOf(registered.plan);
  const steps = registered.plan.steps.flatMap((step) => {
    const surroundings = around[step.position];
    return surroundings === undefined ? [] : firstView(step, taskId, registered, surroundings, createdAt);
  });
  return {
    task: { ...summary, context: lazyObject(task.context)(), bypassSteps: [] },
    steps,
    edges: edgesOf(steps),
    execution: {
      taskId,
      status: 'pending',
      totalSteps: steps.length,
      pendingSteps: steps.length,
      inProgressSteps: 0,
      completedSteps: 0,
      failedSteps: 0,
      readySteps: task.roots.length,
      cancelledSteps: 0,
      backoffSteps: 0,
      blockedSteps: 0,
      executionStatus: 'has_ready_steps',
      recommendedAction: 'execute_ready_steps',
      completionPercentage: 0,
      healthStatus: 'healthy',
    },
  };
}

/** What depends on the whole graph, and is equal in all tasks of a plan. By position. */
interface Surroundings {
  readonly level: number;
  readonly parentNames: readonly string[];
  readonly childNames: readonly string[];
}

const known = new WeakMap<Plan, readonly Surroundings[]>();

function surroundingsOf(plan: Plan): readonly Surroundings[] {
  const before = known.get(plan);
  if (before !== undefined) return before;
  const level = levels(plan);
  const namesOf = (positions: readonly number[]) => positions.flatMap((position) => plan.steps[position]?.name ?? []);
  const made = plan.steps.map(({ position, parents, children }) => ({
    level: level[position] ?? 0,
    parentNames: namesOf(parents),
    childNames: namesOf(children),
  }));
  known.set(plan, made);
  return made;
}

/** Every field is written out: copying objects of this size costs more than all else that is done here. */
function firstView(
  step: PlanStep,
  taskId: string,
  { plan }: RegisteredPlan,
  { level, parentNames, childNames }: Surroundings,
  createdAt: Date,
): StepView {
  const isRoot = step.parents.length === 0;
  return {
    taskId,
    stepId: stepIdOf(taskId, step.position),
    position: step.position,
    name: step.name,
    state: 'pending',
    namespace: plan.namespace,
    handler: step.handler.callable,
    dependentSystem: step.dependentSystem,
    level,
    retryable: step.retry.retryable,
    skippable: step.skippable,
    attempts: 0,
    maxAttempts: step.retry.maxAttempts,
    ready: isRoot,
    dueAt: isRoot ? createdAt : null,
    nextAttemptAt: null,
    failedForGood: false,
    circuit: 'closed',
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    lastAttemptedAt: null,
    lastFailedAt: null,
    backoffMs: null,
    worker: null,
    actor: null,
    reason: null,
    result: null,
    metadata: null,
    error: null,
    inputs: null,
    parents: step.parents,
    children: step.children,
    parentNames,
    childNames,
    settledParents: 0,
  };
}
