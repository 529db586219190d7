import type { EventName } from '@tasker/contract';
import type { LiveEvent, TaskHistoryEvent } from '@tasker/contract/wire';
import type { HistoryFact, HistoryKind, NewsFact } from '@tasker/engine';
import { timeOrNull } from './time.ts';

export function historyEvent(fact: HistoryFact): TaskHistoryEvent {
  return {
    event_id: fact.id,
    kind: fact.kind,
    event_type: eventTypeOf(fact.kind, fact.stepId === null),
    at: fact.at.toISOString(),
    workflow_step_id: fact.stepId,
    step: fact.step,
    attempt: fact.attempt,
    worker: fact.worker,
    actor: fact.actor,
    reason: fact.reason,
    duration_ms: fact.durationMs,
    retry_at: timeOrNull(fact.retryAt),
    error: fact.error,
    result: fact.result,
  };
}

export function liveEvent(fact: NewsFact): LiveEvent {
  return {
    event_id: fact.id,
    kind: fact.kind,
    event_type: eventTypeOf(fact.kind, fact.stepId === null),
    at: new Date(fact.at).toISOString(),
    task_id: fact.taskId,
    namespace: fact.namespace,
    name: fact.name,
    version: fact.version,
    correlation_id: fact.correlationId,
    workflow_step_id: fact.stepId,
    step: fact.step,
    attempt: fact.attempt,
    worker: fact.worker,
    actor: fact.actor,
    reason: fact.reason,
    duration_ms: fact.durationMs,
    retry_at: timeOrNull(fact.retryAt),
    error: fact.error,
  };
}

/** The event that is published of a fact. Commands on a task show in what becomes of it; edits are not published. */
function eventTypeOf(kind: HistoryKind, ofTask: boolean): EventName | null {
  return ofTask ? (taskEvents[kind] ?? null) : (stepEvents[kind] ?? null);
}

const taskEvents: Readonly<Partial<Record<HistoryKind, EventName>>> = {
  submitted: 'task.initialize_requested',
  operator_retry: 'task.retry_requested',
  task_complete: 'task.completed',
  task_error: 'task.failed',
  task_cancelled: 'task.cancelled',
  task_resolved_manually: 'task.resolved_manually',
};

const stepEvents: Readonly<Partial<Record<HistoryKind, EventName>>> = {
  attempt_started: 'step.execution_requested',
  attempt_complete: 'step.completed',
  attempt_error: 'step.failed',
  attempt_cancelled: 'step.cancelled',
  operator_cancel: 'step.cancelled',
  operator_retry: 'step.retry_requested',
  operator_resolve: 'step.resolved_manually',
  operator_skip: 'step.skipped',
};
