import { isSettled } from '@tasker/contract';
import type { StepResource } from '@tasker/contract/wire';
import { type Database, findSteps, StepNotFound, type StepView, TaskNotFound } from '@tasker/engine';
import { timeOrNull } from './time.ts';

/** @throws {TaskNotFound} */
export async function readSteps(db: Database, taskId: string): Promise<StepResource[]> {
  const steps = await findSteps(db, [taskId]);
  if (steps.length === 0) throw new TaskNotFound(taskId);
  return stepResources(steps);
}

/**
 * @param step name or id
 * @throws {TaskNotFound} {StepNotFound}
 */
export async function readStep(db: Database, taskId: string, step: string): Promise<StepResource> {
  const steps = await readSteps(db, taskId);
  const id = step.toLowerCase();
  const found = steps.find(({ name }) => name === step) ?? steps.find((each) => each.workflow_step_id === id);
  if (found === undefined) throw new StepNotFound(taskId, step);
  return found;
}

/** @param steps all of one task, by position */
export function stepResources(steps: readonly StepView[]): StepResource[] {
  const byParents = new Map<string, StepView[]>();
  for (const step of steps) {
    const key = step.parents.join();
    const known = byParents.get(key);
    if (known === undefined) byParents.set(key, [step]);
    else known.push(step);
  }
  const idsOf = (positions: readonly number[]) => positions.flatMap((position) => steps[position]?.stepId ?? []);
  return steps.map((step) => {
    const siblings = (byParents.get(step.parents.join()) ?? []).filter(({ position }) => position !== step.position);
    return stepResource(step, {
      parents: idsOf(step.parents),
      children: idsOf(step.children),
      siblings: siblings.map(({ stepId }) => stepId),
    });
  });
}

/** Ids of steps. */
interface Relatives {
  readonly parents: string[];
  readonly children: string[];
  readonly siblings: string[];
}

/** In one go: copying an object of this size costs more than making it. */
function stepResource(step: StepView, { parents, children, siblings }: Relatives): StepResource {
  const settled = isSettled(step.state);
  return {
    workflow_step_id: step.stepId,
    task_id: step.taskId,
    name: step.name,
    named_step_id: step.position,
    status: step.state,
    namespace: step.namespace,
    handler: step.handler,
    dependent_system: step.dependentSystem,
    level: step.level,
    attempts: step.attempts,
    retry_limit: step.maxAttempts,
    retryable: step.retryable,
    skippable: step.skippable,
    in_process: step.state === 'in_progress',
    processed: settled,
    processed_at: settled ? timeOrNull(step.finishedAt) : null,
    ready: step.ready,
    due_at: timeOrNull(step.dueAt),
    next_attempt_at: timeOrNull(step.nextAttemptAt),
    failed_for_good: step.failedForGood,
    circuit: step.circuit,
    started_at: timeOrNull(step.startedAt),
    finished_at: timeOrNull(step.finishedAt),
    duration_ms: step.durationMs,
    last_attempted_at: timeOrNull(step.lastAttemptedAt),
    last_failed_at: timeOrNull(step.lastFailedAt),
    backoff_request_seconds: step.backoffMs === null ? null : step.backoffMs / 1000,
    worker: step.worker,
    actor: step.actor,
    reason: step.reason,
    inputs: step.inputs,
    results: step.result,
    metadata: step.metadata,
    error: step.error,
    depends_on: [...step.parentNames],
    settled_parents: step.settledParents,
    parents_ids: parents,
    children_ids: children,
    siblings_ids: siblings,
  };
}
