import type { Json, JsonObject } from '@tasker/contract';
import type {
  HistoryFact,
  NamespaceView,
  Reason,
  StepView,
  TaskDetail,
  TaskSummary,
  TemplateView,
  WorkerView,
} from '@tasker/engine';
import { parseJson } from '../input/parse-json.ts';

/** What commands show, as JSON with the names that HTTP uses. */

export function taskJson(task: TaskSummary): JsonObject {
  return {
    task_id: task.taskId,
    namespace: task.namespace,
    name: task.name,
    version: task.version,
    full_name: `${task.namespace}.${task.name}@${task.version}`,
    status: task.state,
    priority: task.priority,
    tags: [...task.tags],
    initiator: task.initiator,
    source_system: task.sourceSystem,
    reason: task.reason,
    correlation_id: task.correlationId,
    parent_correlation_id: task.parentCorrelationId,
    idempotency_key: task.idempotencyKey,
    created_at: task.createdAt.toISOString(),
    finished_at: timeJson(task.finishedAt),
  };
}

export function taskDetailJson({ task, steps, edges, execution }: TaskDetail): JsonObject {
  return {
    ...taskJson(task),
    context: task.context,
    bypass_steps: [...task.bypassSteps],
    execution_status: execution.executionStatus,
    health_status: execution.healthStatus,
    recommended_action: execution.recommendedAction,
    completion_percentage: execution.completionPercentage,
    workflow_steps: steps.map(stepJson),
    edges: edges.map(({ fromName, toName }) => ({ from: fromName, to: toName })),
  };
}

export function stepJson(step: StepView): JsonObject {
  return {
    workflow_step_id: step.stepId,
    task_id: step.taskId,
    name: step.name,
    status: step.state,
    handler: step.handler,
    depends_on: [...step.parentNames],
    attempts: step.attempts,
    retry_limit: step.maxAttempts,
    retryable: step.retryable,
    skippable: step.skippable,
    next_attempt_at: timeJson(step.nextAttemptAt),
    started_at: timeJson(step.startedAt),
    finished_at: timeJson(step.finishedAt),
    duration_ms: step.durationMs,
    worker: step.worker,
    inputs: step.inputs,
    results: step.result,
    metadata: step.metadata,
    error: jsonOf(step.error),
    actor: step.actor,
    reason: step.reason,
  };
}

export function reasonJson({ stepId, step, kind, reason, remedy, until, detail }: Reason): JsonObject {
  return { workflow_step_id: stepId, step, kind, reason, remedy, until: timeJson(until), detail };
}

export function factJson(fact: HistoryFact): JsonObject {
  return {
    event_id: fact.id,
    at: fact.at.toISOString(),
    kind: fact.kind,
    step: fact.step,
    attempt: fact.attempt,
    worker: fact.worker,
    actor: fact.actor,
    reason: fact.reason,
    duration_ms: fact.durationMs,
    retry_at: timeJson(fact.retryAt),
    error: jsonOf(fact.error),
  };
}

export function workerJson(worker: WorkerView): JsonObject {
  return {
    worker_id: worker.workerId,
    name: worker.name,
    state: worker.state,
    namespaces: [...worker.namespaces],
    handlers: [...worker.handlers],
    concurrency: worker.concurrency,
    held_steps: worker.heldSteps,
    started_at: worker.startedAt.toISOString(),
    heartbeat_at: worker.heartbeatAt.toISOString(),
    info: worker.info,
  };
}

export function namespaceJson({ name, description, templates, workers }: NamespaceView): JsonObject {
  return { name, description, templates, workers };
}

export function templateJson({ namespace, name, version, revision, registeredAt, document }: TemplateView): JsonObject {
  return {
    namespace,
    name,
    version,
    full_name: `${namespace}.${name}@${version}`,
    revision,
    registered_at: registeredAt.toISOString(),
    steps: document.steps.map((step) => step.name),
  };
}

function timeJson(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

/** Interfaces of plain JSON, whose optional members JSON leaves out. */
export function jsonOf(value: object | null): Json {
  return parseJson(JSON.stringify(value));
}
