import type { TaskResource } from '@tasker/contract/wire';
import type { graphOfTask } from '@tasker/engine';

/** A task in the form that graphs are drawn from. */
export function taskToDraw(task: TaskResource): Parameters<typeof graphOfTask>[0] {
  const { task_id: taskId, namespace, name, version, status, workflow_steps: steps } = task;
  const places = new Map(steps.map((step, place) => [step.workflow_step_id, place]));
  const placesOf = (ids: readonly string[]) => ids.flatMap((id) => places.get(id) ?? []).toSorted((a, b) => a - b);
  return {
    task: { taskId, namespace, name, version, state: status },
    steps: steps.map((step) => ({
      name: step.name,
      state: step.status,
      attempts: step.attempts,
      maxAttempts: step.retry_limit,
      nextAttemptAt: step.next_attempt_at === null ? null : new Date(step.next_attempt_at),
      parents: placesOf(step.parents_ids),
      children: placesOf(step.children_ids),
    })),
  };
}
