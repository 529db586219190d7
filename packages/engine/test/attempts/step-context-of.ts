import type { Json } from '@tasker/contract';
import { LazyAbort } from '../../src/lifecycle/4-execution/lazy-abort.ts';
import { type StepAttempt, StepContext } from '../../src/lifecycle/4-execution/step-context.ts';

export interface AttemptInTest extends Partial<Omit<StepAttempt, 'results'>> {
  /** Results upstream, in the order of the plan; undefined: upstream, but without a result. */
  readonly results?: Readonly<Record<string, Json | undefined>>;
}

/** The context of an attempt outside any engine. */
export function stepContextOf({ results = {}, ...attempt }: AttemptInTest = {}): StepContext {
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  return new StepContext({
    taskId: 'task-1',
    stepId: 'step-1',
    stepName: 'step',
    handlerName: 'handlers.step',
    attempt: 1,
    maxAttempts: 3,
    retryable: true,
    input: {},
    config: {},
    stepInputs: undefined,
    correlationId: 'correlation-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    abort: new LazyAbort(),
    logger: () => silent,
    transaction: () => Promise.reject(new Error('This attempt has no database.')),
    annotate: ignore,
    results: {
      names: () => Object.keys(results),
      get: (name) => (Object.hasOwn(results, name) ? results[name] : undefined),
    },
    ...attempt,
  });
}

function ignore(): void {}
