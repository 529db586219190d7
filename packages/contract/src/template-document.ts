import type { JsonObject } from './json.ts';

/** How identical submissions of a template are told apart. */
export const identityStrategies = ['always_unique', 'strict', 'caller_provided'] as const;
export type IdentityStrategy = (typeof identityStrategies)[number];

export const backoffKinds = ['none', 'linear', 'exponential', 'fibonacci', 'table'] as const;
export type BackoffKind = (typeof backoffKinds)[number];

/** How a step comes about. */
export const stepTypes = ['standard', 'decision', 'deferred_convergence', 'batchable', 'batch_worker'] as const;
export type StepType = (typeof stepTypes)[number];

/** What becomes of the other batches when one fails. */
export const batchFailureStrategies = ['continue_on_failure', 'fail_fast', 'isolate'] as const;
export type BatchFailureStrategy = (typeof batchFailureStrategies)[number];

/** The ends of a step that an event is published at. */
export const eventConditions = ['success', 'failure', 'retryable_failure', 'permanent_failure', 'always'] as const;
export type EventCondition = (typeof eventConditions)[number];

export const eventDeliveryModes = ['durable', 'fast', 'broadcast'] as const;
export type EventDeliveryMode = (typeof eventDeliveryModes)[number];

/** What is done about a task that has been in one state for too long. */
export const stalenessActions = ['dlq', 'error', 'none'] as const;
export type StalenessAction = (typeof stalenessActions)[number];

/**
 * A template in its normal form: the keys of the YAML dialect, every default filled in, aliases resolved.
 * This is what is stored, hashed, compared and shown; whichever way a template was written, equal
 * templates have equal documents (steps may be listed in any order that keeps their plan the same).
 */
export interface TemplateDocument {
  readonly name: string;
  readonly namespace_name: string;
  /** Semantic version, without build metadata. */
  readonly version: string;
  readonly description?: string;
  /** Documentation: author, tags, whatever else. Carried, never acted upon. */
  readonly metadata?: JsonObject;
  /** The systems the template as a whole depends on; steps have taken `primary` over where they name none. */
  readonly system_dependencies?: { readonly primary: string; readonly secondary: readonly string[] };
  /** Documentation of the events that the task's handlers publish. */
  readonly domain_events?: readonly DomainEventDocument[];
  readonly identity_strategy: IdentityStrategy;
  /** JSON Schema of the context. */
  readonly input_schema?: JsonObject;
  readonly steps: readonly StepDocument[];
  /** Kept; without effect so far. */
  readonly lifecycle?: LifecycleDocument;
  /** Which data is sensitive, and how. Kept; without effect so far. */
  readonly data_classification?: JsonObject;
  /** Path of whom the personal data is about. Kept; without effect so far. */
  readonly pii_subject?: string;
}

export interface DomainEventDocument {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the payload. */
  readonly schema?: JsonObject;
}

/** How long a task or step may stay in a state, in minutes, and what is done about it then. */
export interface LifecycleDocument {
  readonly max_waiting_for_dependencies_minutes?: number;
  readonly max_waiting_for_retry_minutes?: number;
  readonly max_steps_in_process_minutes?: number;
  readonly max_duration_minutes?: number;
  readonly staleness_action?: StalenessAction;
  readonly auto_fail_on_timeout?: boolean;
  readonly auto_dlq_on_timeout?: boolean;
}

export interface StepLifecycleDocument extends LifecycleDocument {
  readonly max_retries?: number;
  readonly backoff_multiplier?: number;
}

export interface StepDocument {
  readonly name: string;
  readonly description?: string;
  /** Absent: `standard`. Tasks with steps of other types are not accepted so far. */
  readonly type?: Exclude<StepType, 'standard'>;
  readonly handler: HandlerDocument;
  /** Names of the steps this one runs after; sorted, no name twice. */
  readonly dependencies: readonly string[];
  readonly retry: RetryDocument;
  /** How long one attempt may take. */
  readonly timeout_seconds: number;
  /** Whether a submission may pass the step over. */
  readonly skippable: boolean;
  /** The external or logical system the step talks to. */
  readonly system_dependency: string;
  /** JSON Schema of the result. */
  readonly result_schema?: JsonObject;
  /** Kept; without effect so far, like all that follow. */
  readonly batch_config?: BatchDocument;
  readonly publishes_events?: readonly PublishedEventDocument[];
  /** Events that the handler publishes by itself. */
  readonly custom_events?: readonly CustomEventDocument[];
  readonly lifecycle?: StepLifecycleDocument;
  /** A handler declared in place of written. */
  readonly composition?: JsonObject;
  /** Paths of personal data that the step may read, and what for. */
  readonly pii_access?: readonly string[];
  readonly purpose?: string;
}

export interface BatchDocument {
  readonly batch_size?: number;
  readonly parallelism?: number;
  readonly cursor_field?: string;
  /** The step of type `batch_worker` that each batch is an instance of. */
  readonly worker_template?: string;
  readonly failure_strategy: BatchFailureStrategy;
}

export interface PublishedEventDocument {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the payload. */
  readonly schema?: JsonObject;
  readonly condition: EventCondition;
  readonly delivery_mode: EventDeliveryMode;
  readonly publisher?: string;
}

export interface CustomEventDocument {
  readonly name: string;
  readonly description?: string;
}

export interface HandlerDocument {
  readonly callable: string;
  readonly method: string;
  /** The resolver to ask for the handler, past all others. */
  readonly resolver?: string;
  readonly initialization: JsonObject;
}

export interface RetryDocument {
  readonly retryable: boolean;
  /** Total attempts, the first included. */
  readonly max_attempts: number;
  readonly backoff: BackoffKind;
  readonly backoff_base_ms: number;
  readonly max_backoff_ms: number;
  /** Fraction of a wait, 0 to 1. */
  readonly jitter: number;
  /** The waits by attempt, for the kind `table` only. */
  readonly backoff_table_ms?: readonly number[];
}
