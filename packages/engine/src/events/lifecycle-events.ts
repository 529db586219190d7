import {
  type EventBase,
  type EventName,
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
  readonly submitted: (task: EventTask) => void;
  /** A handler is about to be called. `first`: nothing of the task has run before. */
  readonly started: (task: EventTask, step: number, attempt: number) => void;
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
  function base(name: EventName, task: EventTask): EventBase {
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

  function taskEvent(name: EventName, task: EventTask, from: TaskState | null, to: TaskState, by?: By): void {
    if (!bus.isHeard(name)) return;
    const total = task.registered.plan.steps.length;
    const event: TaskEvent = { ...base(name, task), total_steps: total, from_state: from, to_state: to, ...noteOf(by) };
    bus.publish(event);
  }

  function stepEvent(name: EventName, place: StepPlaceOfEvent, more: Partial<StepEvent>, to: StepState): void {
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
    stepEvent('step.failed', place, { from_state: 'in_progress', execution_duration: duration, ...error }, 'error');
    if (outcome.retryMs !== null) {
      stepEvent('observability.step.backoff', place, { backoff_seconds: outcome.retryMs / 1000 }, 'error');
    } else if (outcome.attempt >= (place.task.registered.plan.steps[outcome.step]?.retry.maxAttempts ?? 1)) {
      stepEvent('observability.step.max_retries_reached', place, error, 'error');
    }
  }

  return {
    submitted: (task) => {
      taskEvent('task.initialize_requested', task, null, 'pending');
    },
    started(task, step, attempt) {
      const { plan } = task.registered;
      if (attempt === 1 && plan.roots[0] === step) taskEvent('task.start_requested', task, 'pending', 'in_progress');
      const from = attempt === 1 ? 'pending' : 'error';
      stepEvent('step.execution_requested', { task, step, attempt }, { from_state: from }, 'in_progress');
    },
    recorded(outcome, task) {
      const { kind, step, attempt } = outcome;
      const place = { task, step, attempt };
      if (kind === 'error') failed(outcome, place);
      if (kind === 'skip') stepEvent('step.skipped', place, { from_state: 'pending' }, 'skipped');
      if (kind !== 'complete') return;
      const duration = (outcome.endedAt - outcome.beganAt) / 1000;
      stepEvent('step.completed', place, { from_state: 'in_progress', execution_duration: duration }, 'complete');
    },
    finished(task, state) {
      if (isFinish(state)) taskEvent(finishEvents[state], task, 'in_progress', state);
    },
    changed({ taskId, registered, from, to, actions }, by) {
      const task = { id: taskId, registered, correlationId: taskId };
      for (const { step, kind, attempts } of actions) {
        if (step === null || kind === 'edit') continue;
        const { name, to: state } = actionEvents[kind];
        stepEvent(name, { task, step, attempt: attempts }, noteOf(by), state);
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

/** The parts of an error record that events repeat. */
function readError(text: string): Pick<StepEvent, 'error_message' | 'exception_class' | 'error_code'> {
  const record = parseJson(text);
  if (!isJsonObject(record)) return {};
  const { message, class: exceptionClass, code } = record;
  return {
    ...(typeof message === 'string' ? { error_message: message } : {}),
    ...(typeof exceptionClass === 'string' ? { exception_class: exceptionClass } : {}),
    ...(typeof code === 'string' ? { error_code: code } : {}),
  };
}
