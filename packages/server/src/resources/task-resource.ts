import type { TaskResource, TaskSummaryResource } from '@tasker/contract/wire';
import {
  type Annotation,
  type Database,
  type ExecutionContext,
  findAnnotations,
  type TaskDetail,
  TaskNotFound,
  type TaskSummary,
  type TaskView,
  taskDetail,
} from '@tasker/engine';
import { analyseDependencies } from './dependency-analysis.ts';
import { stepResources } from './step-resource.ts';
import { timeOrNull } from './time.ts';

/**
 * A task with everything that is known of it.
 *
 * @throws {TaskNotFound}
 */
export async function readTask(
  db: Database,
  taskId: string,
  { analysis = false }: { readonly analysis?: boolean | undefined } = {},
): Promise<TaskResource> {
  const [detail, annotations] = await Promise.all([taskDetail(db, taskId), findAnnotations(db, taskId)]);
  if (detail === undefined) throw new TaskNotFound(taskId);
  const resource = taskResource(detail, annotations);
  return analysis ? { ...resource, dependency_analysis: analyseDependencies(detail, new Date()) } : resource;
}

export function taskResource(
  { task, steps, edges, execution }: TaskDetail,
  annotations: readonly Annotation[],
): TaskResource {
  return Object.assign(taskOverview(task, execution, annotations), {
    workflow_steps: stepResources(steps),
    edges: edges.map(({ fromName, toName }) => ({ from: fromName, to: toName })),
  });
}

/** Everything about a task but its steps. */
export function taskOverview(
  task: TaskView,
  execution: ExecutionContext,
  annotations: readonly Annotation[],
): Omit<TaskResource, 'workflow_steps' | 'edges'> {
  // added to, not copied: copying an object of this size is what would cost most
  return Object.assign(taskSummary(task), {
    context: task.context,
    bypass_steps: [...task.bypassSteps],
    execution_status: execution.executionStatus,
    health_status: execution.healthStatus,
    recommended_action: execution.recommendedAction,
    completion_percentage: execution.completionPercentage,
    total_steps: execution.totalSteps,
    pending_steps: execution.pendingSteps,
    in_progress_steps: execution.inProgressSteps,
    completed_steps: execution.completedSteps,
    failed_steps: execution.failedSteps,
    ready_steps: execution.readySteps,
    task_annotations: annotations.map(({ name, value, annotatedAt }) => ({
      name,
      value,
      annotated_at: annotatedAt.toISOString(),
    })),
  });
}

export function taskSummary(task: TaskSummary): TaskSummaryResource {
  const createdAt = task.createdAt.toISOString();
  return {
    task_id: task.taskId,
    namespace: task.namespace,
    name: task.name,
    version: task.version,
    full_name: `${task.namespace}.${task.name}@${task.version}`,
    revision: task.revision,
    status: task.state,
    complete: task.state === 'complete',
    priority: task.priority,
    tags: [...task.tags],
    initiator: task.initiator,
    source_system: task.sourceSystem,
    reason: task.reason,
    // a task without one is followed by its own id
    correlation_id: task.correlationId ?? task.taskId,
    parent_correlation_id: task.parentCorrelationId,
    traceparent: task.traceparent,
    idempotency_key: task.idempotencyKey,
    requested_at: createdAt,
    created_at: createdAt,
    finished_at: timeOrNull(task.finishedAt),
  };
}
