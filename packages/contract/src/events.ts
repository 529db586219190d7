/**
 * What Tasker publishes about tasks, steps and what is registered: each fact once, after it is committed, by the process that caused it.
 * A fact that a later process finds out (a worker that was lost) is published by that process.
 */
export const eventNames = [
  'task.initialize_requested',
  'task.start_requested',
  'task.completed',
  'task.failed',
  'task.retry_requested',
  'task.cancelled',
  'task.resolved_manually',
  'step.execution_requested',
  'step.completed',
  'step.failed',
  'step.skipped',
  'step.retry_requested',
  'step.cancelled',
  'step.resolved_manually',
  'observability.step.backoff',
  'observability.step.max_retries_reached',
  'template.registered',
  'template.replaced',
  'handler.registered',
  'handler.replaced',
  'subscriber.registered',
  'subscriber.replaced',
  'subscriber.unregistered',
] as const;
export type EventName = (typeof eventNames)[number];

/** What every event of a task or step says. Times are ISO 8601. */
export interface EventBase {
  readonly event_id: string;
  readonly event_type: Exclude<EventName, TemplateEventName | HandlerEventName | SubscriberEventName>;
  readonly timestamp: string;
  readonly task_id: string;
  readonly task_name: string;
  readonly namespace: string;
  readonly version: string;
  readonly correlation_id: string;
}

export interface TaskEvent extends EventBase {
  readonly total_steps: number;
  readonly from_state: string | null;
  readonly to_state: string;
  /** Of operators' actions. */
  readonly actor?: string;
  readonly reason?: string;
}

export interface StepEvent extends EventBase {
  readonly step_id: string;
  readonly step_name: string;
  readonly attempt_number: number;
  readonly retry_limit: number;
  readonly from_state: string | null;
  readonly to_state: string;
  /** Seconds in the handler, of attempts that ended. */
  readonly execution_duration?: number;
  /** Of failures. */
  readonly error_message?: string;
  readonly exception_class?: string;
  readonly error_code?: string;
  readonly backtrace?: readonly string[];
  /** Of waits before a retry. */
  readonly backoff_seconds?: number;
  /** Of waits: `server_requested`, or the kind of backoff that the template has. */
  readonly backoff_type?: string;
  readonly actor?: string;
  readonly reason?: string;
}

type TemplateEventName = Extract<EventName, `template.${string}`>;
type HandlerEventName = Extract<EventName, `handler.${string}`>;
type SubscriberEventName = Extract<EventName, `subscriber.${string}`>;

/** New content under a version: the first, or (`template.replaced`) another revision. */
export interface TemplateEvent {
  readonly event_id: string;
  readonly event_type: TemplateEventName;
  readonly timestamp: string;
  readonly namespace: string;
  readonly template_name: string;
  readonly version: string;
  readonly revision: number;
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
}

/** A handler was registered in this process, or took the place (`handler.replaced`) of the one that had its name. */
export interface HandlerEvent {
  readonly event_id: string;
  readonly event_type: HandlerEventName;
  readonly timestamp: string;
  readonly callable: string;
}

/** A subscription with a name began or ended in this process. */
export interface SubscriberEvent {
  readonly event_id: string;
  readonly event_type: SubscriberEventName;
  readonly timestamp: string;
  readonly subscriber: string;
  /** What it hears: an event, `task.*` and the like, or `*`. */
  readonly subscribed_to: string;
}

export type TaskerEvent = TaskEvent | StepEvent | TemplateEvent | HandlerEvent | SubscriberEvent;

export type EventOf<Name extends EventName> = Name extends `task.${string}`
  ? TaskEvent
  : Name extends TemplateEventName
    ? TemplateEvent
    : Name extends HandlerEventName
      ? HandlerEvent
      : Name extends SubscriberEventName
        ? SubscriberEvent
        : StepEvent;
