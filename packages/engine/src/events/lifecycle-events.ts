import {
  type EventBase,
  type StepEvent,
  type StepState,
  type TaskEvent,
  type TaskState,
  taskStates,
} from '@tasker/contract';
import type { Clock } from '../clock.ts';
import type { By, Changed } from '../control/change-task.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { isJsonObject, parseJson } from '../json/parse.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { EventBus } from './event-bus.ts';

/** Makes events of facts. Called after the commit, by whoever caused the fact. */
export interface LifecycleEvents {
  /** @param bypassed steps that will be passed over */
  readonly submitted: (task: EventTask, bypassed: readonly number[]) => void;
  /** A handler is about to be called. */
  readonly started: (task: EventTask, step: number, attempt: number, maxAttempts: number) => void;
  readonly recorded: (outcome: StepOutcome, task: EventTask) => void;
  readonly finished: (task: EventTask, state: TaskState) => void;
  readonly changed: (changed: Changed, by: By) => void;
}

/** What events say about their task. */
export interface EventTask {
  readonly id: string;
  readonly registered: RegisteredPlan;
  readonly correlationId: string;
}

const finishEvents = {
  complete: 'task.completed',
  error: 'task.failed',
  cancelled: 'task.cancelled',
  resolved_manually: 'task.resolved_manually',
} as const;

const actionEvents = {
  cancel: { name: 'step.cancelled', to: 'cancelled' },
  retry: { name: 'step.retry_requested', to: 'pending' },
  resolve: { name: 'step.resolved_manually', to: 'resolved_manually' },
  skip: { name: 'step.skipped', to: 'skipped' },
} as const;

/** @param newId makes ids of events */
export function createLifecycleEvents(bus: EventBus, clock: Clock, newId: () => string): LifecycleEvents {
  function base(name: EventBase['event_type'], task: EventTask): EventBase {
    const { namespace, name: taskName, version } = task.registered.plan;
    return {
      event_id: newId(),
      event_type: name,
      timestamp: new Date(clock.now()).toISOString(),
      task_id: task.id,
      task_name: taskName,
      namespace,
      version,
      correlation_id: task.correlationId,
    };
  }

  function taskEvent(
    name: EventBase['event_type'],
    task: EventTask,
    from: TaskState | null,
    to: TaskState,
    by?: By,
  ): void {
    if (!bus.isHeard(name)) return;
    const total = task.registered.plan.steps.length;
    const event: TaskEvent = { ...base(name, task), total_steps: total, from_state: from, to_state: to, ...noteOf(by) };
    bus.publish(event);
  }

  function stepEvent(
    name: EventBase['event_type'],
    place: StepPlaceOfEvent,
    more: Partial<StepEvent>,
    to: StepState,
  ): void {
    if (!bus.isHeard(name)) return;
    const { task, step, attempt } = place;
    const planStep = task.registered.plan.steps[step];
    const event: StepEvent = {
      ...base(name, task),
      step_id: stepIdOf(task.id, step),
      step_name: planStep?.name ?? '',
      attempt_number: attempt,
      retry_limit: planStep?.retry.maxAttempts ?? 1,
      from_state: null,
      to_state: to,
      ...more,
    };
    bus.publish(event);
  }

  function failed(outcome: StepOutcome & { kind: 'error' }, place: StepPlaceOfEvent): void {
    const duration = (outcome.endedAt - outcome.beganAt) / 1000;
    const error = readError(outcome.error);
    const limit = { retry_limit: outcome.verdict.maxAttempts };
    const failure = { ...limit, from_state: 'in_progress', execution_duration: duration, ...error };
    stepEvent('step.failed', place, failure, 'error');
    const { why } = outcome.verdict;
    if (outcome.retryMs !== null) {
      const policy = place.task.registered.plan.steps[outcome.step]?.retry.backoff ?? 'none';
      const backoff = { backoff_seconds: outcome.retryMs / 1000, backoff_type: why === 'asked' ? asked : policy };
      stepEvent('observability.step.backoff', place, { ...limit, ...backoff }, 'error');
    } else if (why === 'exhausted') {
      stepEvent('observability.step.max_retries_reached', place, { ...limit, ...error }, 'error');
    }
  }

  /** That a task has begun is told with its first root, so that one process tells it, and once. */
  function begun(task: EventTask, step: number, attempt: number): void {
    const isFirst = attempt === 1 && task.registered.plan.roots[0] === step;
    if (isFirst) taskEvent('task.start_requested', task, 'pending', 'in_progress');
  }

  return {
    submitted(task, bypassed) {
      taskEvent('task.initialize_requested', task, null, 'pending');
      for (const step of bypassed) {
        stepEvent('step.skipped', { task, step, attempt: 0 }, { from_state: 'pending' }, 'skipped');
      }
    },
    started(task, step, attempt, maxAttempts) {
      begun(task, step, attempt);
      const more = { from_state: attempt === 1 ? 'pending' : 'error', retry_limit: maxAttempts };
      stepEvent('step.execution_requested', { task, step, attempt }, more, 'in_progress');
    },
    recorded(outcome, task) {
      const { kind, step, attempt } = outcome;
      const place = { task, step, attempt };
      if (kind === 'error') failed(outcome, place);
      // that it would be passed over was told when somebody said so
      if (kind === 'skip' || kind === 'pass') begun(task, step, attempt);
      if (kind !== 'complete') return;
      const duration = (outcome.endedAt - outcome.beganAt) / 1000;
      stepEvent('step.completed', place, { from_state: 'in_progress', execution_duration: duration }, 'complete');
    },
    finished(task, state) {
      if (isFinish(state)) taskEvent(finishEvents[state], task, 'in_progress', state);
    },
    changed({ taskId, registered, correlationId, from, to, steps }, by) {
      const task = { id: taskId, registered, correlationId };
      for (const { step, kind, from: before, attempt } of steps) {
        const { name, to: state } = actionEvents[kind];
        stepEvent(name, { task, step, attempt }, { from_state: before, ...noteOf(by) }, state);
      }
      if (from === to) return;
      if (isFinish(to)) taskEvent(finishEvents[to], task, from, to, by);
      else if (from === 'error') taskEvent('task.retry_requested', task, from, to, by);
    },
  };
}

interface StepPlaceOfEvent {
  readonly task: EventTask;
  readonly step: number;
  readonly attempt: number;
}

function isFinish(state: TaskState): state is keyof typeof finishEvents {
  return state in finishEvents && taskStates.includes(state);
}

function noteOf(by: By | undefined): { actor?: string; reason?: string } {
  if (by === undefined) return {};
  return by.reason === undefined ? { actor: by.actor } : { actor: by.actor, reason: by.reason };
}

/** The backoff type of waits that the handler, or the server it talked to, asked for. */
const asked = 'server_requested';

/** The parts of an error record that events repeat. */
function readError(text: string): Pick<StepEvent, 'error_message' | 'exception_class' | 'error_code' | 'backtrace'> {
  const record = parseJson(text);
  if (!isJsonObject(record)) return {};
  const { message, class: exceptionClass, code, backtrace } = record;
  return {
    ...(typeof message === 'string' ? { error_message: message } : {}),
    ...(typeof exceptionClass === 'string' ? { exception_class: exceptionClass } : {}),
    ...(typeof code === 'string' ? { error_code: code } : {}),
    ...(Array.isArray(backtrace) ? { backtrace: backtrace.map(String) } : {}),
  };
}
