import type { StepResource, TaskHistoryEvent, TaskResource } from '@tasker/contract/wire';
import type { FoundTask } from './collect-tasks.ts';

export interface TracedTask {
  readonly server: string;
  readonly task: TaskResource;
  readonly steps: readonly TracedStep[];
  /** Tasks that came of this one, nobody knows of which step. */
  readonly related: readonly TracedTask[];
}

export interface TracedStep {
  readonly step: StepResource;
  readonly history: readonly TaskHistoryEvent[];
  /** Tasks that this step had carried out, here or elsewhere. */
  readonly delegated: readonly TracedTask[];
}

/**
 * Tasks under the steps that delegated them: the id of the step is the idempotency key of the task, or the result of the
 * step names the task. A task that only says which correlation id it came of stands under the first task of that id.
 *
 * @returns those that came of nothing that is known
 */
export function traceTree(found: readonly FoundTask[]): TracedTask[] {
  const places = placesOf(found);
  const build = ({ server, task, history }: FoundTask): TracedTask => ({
    server,
    task,
    steps: task.workflow_steps.map((step) => ({
      step,
      history: history.filter(({ workflow_step_id: id }) => id === step.workflow_step_id),
      delegated: childrenAt(task, step),
    })),
    related: childrenAt(task, undefined),
  });
  const childrenAt = (parent: TaskResource, step: StepResource | undefined) =>
    found
      .filter(({ task }) => {
        const place = places.get(task.task_id);
        return place?.task === parent && place.step === step;
      })
      .map(build);
  return found.filter(({ task }) => !places.has(task.task_id)).map(build);
}

interface Place {
  readonly task: TaskResource;
  readonly step: StepResource | undefined;
}

function placesOf(found: readonly FoundTask[]): Map<string, Place> {
  const byStep = new Map<string, Place>();
  const byResult = new Map<string, Place>();
  const byCorrelation = new Map<string, Place>();
  for (const { task } of found) {
    if (!byCorrelation.has(task.correlation_id)) byCorrelation.set(task.correlation_id, { task, step: undefined });
    for (const step of task.workflow_steps) {
      byStep.set(step.workflow_step_id, { task, step });
      const delegated = delegatedTaskOf(step);
      if (delegated !== undefined) byResult.set(delegated, { task, step });
    }
  }
  const places = new Map<string, Place>();
  for (const { task } of found) {
    const { idempotency_key: key, correlation_id: own, parent_correlation_id: parent } = task;
    const place =
      byStep.get(key ?? '') ??
      byResult.get(task.task_id) ??
      (parent === null || parent === own ? undefined : byCorrelation.get(parent));
    if (place !== undefined && !isAbove(task, place, places)) places.set(task.task_id, place);
  }
  return places;
}

function delegatedTaskOf({ results }: StepResource): string | undefined {
  const id: unknown =
    typeof results === 'object' && results !== null ? Reflect.get(results, 'delegated_task_id') : null;
  return typeof id === 'string' ? id : undefined;
}

/** Keys and results say what they like: a task never stands below itself. */
function isAbove(task: TaskResource, place: Place, places: ReadonlyMap<string, Place>): boolean {
  for (let at: Place | undefined = place; at !== undefined; at = places.get(at.task.task_id)) {
    if (at.task === task) return true;
  }
  return false;
}
