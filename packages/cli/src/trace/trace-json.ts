import type { TaskHistoryEvent } from '@tasker/contract/wire';
import type { TracedStep, TracedTask } from './trace-tree.ts';

/** A traced task for machines: without contexts and results, which may be large and are nobody else's business. */
export function traceJson({ server, task, steps, related }: TracedTask): object {
  const { task_id, namespace, name, version, status, idempotency_key, initiator, source_system, reason } = task;
  const { correlation_id, parent_correlation_id, traceparent, created_at, finished_at } = task;
  return {
    server,
    task_id,
    namespace,
    name,
    version,
    status,
    correlation_id,
    parent_correlation_id,
    traceparent,
    idempotency_key,
    initiator,
    source_system,
    reason,
    created_at,
    finished_at,
    duration_ms: finished_at === null ? null : Math.max(0, Date.parse(finished_at) - Date.parse(created_at)),
    steps: steps.map(stepJson),
    related: related.map(traceJson),
  };
}

function stepJson({ step, history, delegated }: TracedStep): object {
  const { workflow_step_id, name, status, attempts, retry_limit, started_at, finished_at, duration_ms, error } = step;
  return {
    workflow_step_id,
    name,
    status,
    attempts,
    retry_limit,
    depends_on: step.depends_on,
    started_at,
    finished_at,
    duration_ms,
    next_attempt_at: step.next_attempt_at,
    error: errorJson(error),
    history: history.map(eventJson),
    delegated: delegated.map(traceJson),
  };
}

function eventJson({
  kind,
  at,
  attempt,
  worker,
  actor,
  reason,
  duration_ms,
  retry_at,
  error,
}: TaskHistoryEvent): object {
  return {
    kind,
    at,
    attempt,
    worker,
    actor,
    reason,
    duration_ms,
    retry_at,
    error: errorJson(error),
  };
}

function errorJson(error: TaskHistoryEvent['error']): object | null {
  return error === null ? null : { code: error.code ?? null, class: error.class, message: error.message };
}
