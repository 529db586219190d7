import type { JsonObject } from './json.ts';

/** How identical submissions of a template are told apart. */
export const identityStrategies = ['always_unique', 'strict', 'caller_provided'] as const;
export type IdentityStrategy = (typeof identityStrategies)[number];

export const backoffKinds = ['none', 'linear', 'exponential', 'fibonacci', 'table'] as const;
export type BackoffKind = (typeof backoffKinds)[number];

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
  readonly domain_events?: readonly JsonObject[];
  readonly identity_strategy: IdentityStrategy;
  /** JSON Schema of the context. */
  readonly input_schema?: JsonObject;
  readonly steps: readonly StepDocument[];
}

export interface StepDocument {
  readonly name: string;
  readonly description?: string;
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
