import type {
  BatchDocument,
  CustomEventDocument,
  DomainEventDocument,
  HandlerDocument,
  LifecycleDocument,
  PublishedEventDocument,
  RetryDocument,
  StepDocument,
  StepLifecycleDocument,
  TemplateDocument,
} from '@tasker/contract';
import type {
  HandlerSource,
  PublishedEventSource,
  RetrySource,
  Sparse,
  StepSource,
  SystemsSource,
  TemplateSource,
} from './template-source.ts';

/** What a template gets where it does not say otherwise. */
export const templateDefaults = {
  namespace: 'default',
  version: '0.1.0',
  identity: 'always_unique',
  method: 'call',
  dependentSystem: 'unknown',
  timeoutSeconds: 300,
  maxAttempts: 3,
  backoff: 'exponential',
  backoffBaseMs: 1_000,
  maxBackoffMs: 30_000,
  jitter: 0.1,
} as const;

/**
 * The normal form of a template. Applied to its own result it changes nothing.
 *
 * A template that has no effect on what runs is not told apart: dependencies are sorted and listed once,
 * empty metadata is absent.
 */
export function normaliseTemplate(source: TemplateSource): TemplateDocument {
  return {
    name: source.name,
    namespace_name: source.namespace_name ?? templateDefaults.namespace,
    version: source.version ?? templateDefaults.version,
    ...(source.description == null ? {} : { description: source.description }),
    ...(isEmpty(source.metadata) ? {} : { metadata: source.metadata }),
    ...normaliseSystems(source.system_dependencies),
    ...(isEmpty(source.domain_events) ? {} : { domain_events: source.domain_events.map(normaliseDomainEvent) }),
    identity_strategy: source.identity_strategy ?? templateDefaults.identity,
    ...(source.input_schema == null ? {} : { input_schema: source.input_schema }),
    steps: source.steps.map((step) => normaliseStep(step, inheritedSystem(source))),
    ...(isEmpty(source.lifecycle) ? {} : { lifecycle: normaliseLifecycle(source.lifecycle) }),
    ...(isEmpty(source.data_classification) ? {} : { data_classification: source.data_classification }),
    ...(source.pii_subject == null ? {} : { pii_subject: source.pii_subject }),
  };
}

function normaliseSystems(systems: SystemsSource | null | undefined): Pick<TemplateDocument, 'system_dependencies'> {
  const primary = systems?.primary ?? defaultSystem;
  const secondary = systems?.secondary ?? [];
  return primary === defaultSystem && secondary.length === 0 ? {} : { system_dependencies: { primary, secondary } };
}

// The ancestors wrote `primary: default` into every template; it never named a system.
const defaultSystem = 'default';

/** The system of the steps that name none. */
export function inheritedSystem({ system_dependencies: systems }: TemplateSource): string {
  const primary = systems?.primary ?? defaultSystem;
  return primary === defaultSystem ? templateDefaults.dependentSystem : primary;
}

function normaliseStep(step: StepSource, dependentSystem: string): StepDocument {
  return {
    name: step.name,
    ...(step.description == null ? {} : { description: step.description }),
    ...(step.type == null || step.type === 'standard' ? {} : { type: step.type }),
    handler: normaliseHandler(step.handler),
    dependencies: [...new Set(step.dependencies)].toSorted(),
    retry: normaliseRetry(step.retry ?? {}),
    timeout_seconds: step.timeout_seconds ?? templateDefaults.timeoutSeconds,
    skippable: step.skippable ?? false,
    system_dependency: step.system_dependency ?? dependentSystem,
    ...(step.result_schema == null ? {} : { result_schema: step.result_schema }),
    ...(isEmpty(step.batch_config) ? {} : { batch_config: normaliseBatch(step.batch_config) }),
    ...(isEmpty(step.publishes_events) ? {} : { publishes_events: step.publishes_events.map(normaliseEvent) }),
    ...(isEmpty(step.custom_events) ? {} : { custom_events: step.custom_events.map(normaliseCustomEvent) }),
    ...(isEmpty(step.lifecycle) ? {} : { lifecycle: normaliseStepLifecycle(step.lifecycle) }),
    ...(isEmpty(step.composition) ? {} : { composition: step.composition }),
    ...(isEmpty(step.pii_access) ? {} : { pii_access: step.pii_access }),
    ...(step.purpose == null ? {} : { purpose: step.purpose }),
  };
}

function normaliseHandler(handler: HandlerSource): HandlerDocument {
  return {
    callable: handler.callable,
    method: handler.method ?? templateDefaults.method,
    ...(handler.resolver == null ? {} : { resolver: handler.resolver }),
    initialization: handler.initialization ?? {},
  };
}

export function normaliseRetry(retry: RetrySource): RetryDocument {
  const backoff = retry.backoff ?? templateDefaults.backoff;
  return {
    retryable: retry.retryable ?? true,
    // The first attempt always runs: a limit of 0 means "no second one", as templates of the younger ancestor use it.
    max_attempts: Math.max(1, retry.max_attempts ?? templateDefaults.maxAttempts),
    backoff,
    backoff_base_ms: retry.backoff_base_ms ?? templateDefaults.backoffBaseMs,
    max_backoff_ms: retry.max_backoff_ms ?? templateDefaults.maxBackoffMs,
    jitter: retry.jitter ?? templateDefaults.jitter,
    ...(backoff !== 'table' || retry.backoff_table_ms == null ? {} : { backoff_table_ms: retry.backoff_table_ms }),
  };
}

function normaliseBatch(batch: Sparse<BatchDocument>): BatchDocument {
  return {
    ...(batch.batch_size == null ? {} : { batch_size: batch.batch_size }),
    ...(batch.parallelism == null ? {} : { parallelism: batch.parallelism }),
    ...(batch.cursor_field == null ? {} : { cursor_field: batch.cursor_field }),
    ...(batch.worker_template == null ? {} : { worker_template: batch.worker_template }),
    failure_strategy: batch.failure_strategy ?? 'continue_on_failure',
  };
}

function normaliseEvent(source: PublishedEventSource | string): PublishedEventDocument {
  const event = typeof source === 'string' ? { name: source } : source;
  return {
    ...normaliseDomainEvent(event),
    condition: event.condition ?? 'success',
    delivery_mode: event.delivery_mode ?? 'durable',
    ...(event.publisher == null ? {} : { publisher: event.publisher }),
  };
}

function normaliseDomainEvent(event: Sparse<DomainEventDocument, 'name'>): DomainEventDocument {
  return { ...normaliseCustomEvent(event), ...(isEmpty(event.schema) ? {} : { schema: event.schema }) };
}

function normaliseCustomEvent(event: Sparse<CustomEventDocument, 'name'>): CustomEventDocument {
  return { name: event.name, ...(event.description == null ? {} : { description: event.description }) };
}

function normaliseStepLifecycle(lifecycle: Sparse<StepLifecycleDocument>): StepLifecycleDocument {
  return {
    ...normaliseLifecycle(lifecycle),
    ...(lifecycle.max_retries == null ? {} : { max_retries: lifecycle.max_retries }),
    ...(lifecycle.backoff_multiplier == null ? {} : { backoff_multiplier: lifecycle.backoff_multiplier }),
  };
}

function normaliseLifecycle(lifecycle: Sparse<LifecycleDocument>): LifecycleDocument {
  const {
    max_waiting_for_dependencies_minutes: dependencies,
    max_waiting_for_retry_minutes: retry,
    max_steps_in_process_minutes: process,
    max_duration_minutes: duration,
  } = lifecycle;
  return {
    ...(dependencies == null ? {} : { max_waiting_for_dependencies_minutes: dependencies }),
    ...(retry == null ? {} : { max_waiting_for_retry_minutes: retry }),
    ...(process == null ? {} : { max_steps_in_process_minutes: process }),
    ...(duration == null ? {} : { max_duration_minutes: duration }),
    ...(lifecycle.staleness_action == null ? {} : { staleness_action: lifecycle.staleness_action }),
    ...(lifecycle.auto_fail_on_timeout == null ? {} : { auto_fail_on_timeout: lifecycle.auto_fail_on_timeout }),
    ...(lifecycle.auto_dlq_on_timeout == null ? {} : { auto_dlq_on_timeout: lifecycle.auto_dlq_on_timeout }),
  };
}

function isEmpty(value: object | null | undefined): value is null | undefined {
  return value == null || Object.keys(value).length === 0;
}
