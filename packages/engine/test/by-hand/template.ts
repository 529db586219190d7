import type { JsonObject, RetryDocument, StepDocument, TemplateDocument } from '@tasker/contract';

export interface StepSketch {
  readonly after?: readonly string[];
  readonly handler?: string;
  readonly retry?: Partial<RetryDocument>;
  readonly skippable?: boolean;
  readonly system?: string;
  readonly config?: JsonObject;
}

/** A template from what matters of it in a test: its steps by name. */
export function sketchTemplate(
  steps: Readonly<Record<string, StepSketch>>,
  head: { readonly namespace?: string; readonly name?: string; readonly version?: string } = {},
): TemplateDocument {
  const { namespace = 'default', name = 'sketch', version = '0.1.0' } = head;
  return {
    name,
    namespace_name: namespace,
    version,
    identity_strategy: 'always_unique',
    steps: Object.entries(steps).map(([step, sketch]) => stepDocument(step, sketch)),
  };
}

function stepDocument(name: string, sketch: StepSketch): StepDocument {
  return {
    name,
    handler: { callable: sketch.handler ?? name, method: 'call', initialization: sketch.config ?? {} },
    dependencies: (sketch.after ?? []).toSorted(),
    retry: {
      retryable: true,
      max_attempts: 3,
      backoff: 'exponential',
      backoff_base_ms: 1_000,
      max_backoff_ms: 60_000,
      jitter: 0,
      ...sketch.retry,
    },
    timeout_seconds: 60,
    skippable: sketch.skippable ?? true,
    system_dependency: sketch.system ?? 'unknown',
  };
}
