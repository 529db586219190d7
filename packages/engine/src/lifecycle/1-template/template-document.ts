import type {
  HandlerDocument,
  IdentityStrategy,
  JsonObject,
  RetryDocument,
  StepDocument,
  TemplateDocument,
} from '@tasker/contract';

export type { TemplateDocument };

/** A template as authors write it: what has a default may be absent or null. */
export interface TemplateSource {
  readonly name: string;
  readonly namespace_name?: string | null;
  readonly version?: string | null;
  readonly description?: string | null;
  readonly metadata?: JsonObject | null;
  readonly system_dependencies?: SystemsSource | null;
  readonly domain_events?: readonly JsonObject[] | null;
  readonly identity_strategy?: IdentityStrategy | null;
  readonly input_schema?: JsonObject | null;
  readonly steps: readonly StepSource[];
}

export interface SystemsSource {
  /** The system of every step that names none. */
  readonly primary?: string | null;
  readonly secondary?: readonly string[] | null;
}

export interface StepSource {
  readonly name: string;
  readonly description?: string | null;
  readonly handler: HandlerSource;
  readonly dependencies?: readonly string[] | null;
  readonly retry?: RetrySource | null;
  readonly timeout_seconds?: number | null;
  readonly skippable?: boolean | null;
  readonly system_dependency?: string | null;
  readonly result_schema?: JsonObject | null;
}

export interface HandlerSource {
  readonly callable: string;
  readonly method?: string | null;
  readonly resolver?: string | null;
  readonly initialization?: JsonObject | null;
}

export type RetrySource = { readonly [Key in keyof RetryDocument]?: RetryDocument[Key] | null };

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
    ...(isEmpty(source.domain_events) ? {} : { domain_events: source.domain_events }),
    identity_strategy: source.identity_strategy ?? templateDefaults.identity,
    ...(source.input_schema == null ? {} : { input_schema: source.input_schema }),
    steps: source.steps.map((step) => normaliseStep(step, primarySystem(source))),
  };
}

function normaliseSystems(systems: SystemsSource | null | undefined): Pick<TemplateDocument, 'system_dependencies'> {
  const primary = systems?.primary ?? defaultSystem;
  const secondary = systems?.secondary ?? [];
  return primary === defaultSystem && secondary.length === 0 ? {} : { system_dependencies: { primary, secondary } };
}

// The ancestors wrote `primary: default` into every template; it never named a system.
const defaultSystem = 'default';

function primarySystem({ system_dependencies: systems }: TemplateSource): string {
  const primary = systems?.primary ?? defaultSystem;
  return primary === defaultSystem ? templateDefaults.dependentSystem : primary;
}

function normaliseStep(step: StepSource, dependentSystem: string): StepDocument {
  return {
    name: step.name,
    ...(step.description == null ? {} : { description: step.description }),
    handler: normaliseHandler(step.handler),
    dependencies: [...new Set(step.dependencies)].toSorted(),
    retry: normaliseRetry(step.retry ?? {}),
    timeout_seconds: step.timeout_seconds ?? templateDefaults.timeoutSeconds,
    skippable: step.skippable ?? false,
    system_dependency: step.system_dependency ?? dependentSystem,
    ...(step.result_schema == null ? {} : { result_schema: step.result_schema }),
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

function normaliseRetry(retry: RetrySource): RetryDocument {
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

function isEmpty(value: object | null | undefined): value is null | undefined {
  return value == null || Object.keys(value).length === 0;
}
