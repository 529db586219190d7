import type { JsonObject } from '@tasker/contract';
import { attemptErrorCodes } from '@tasker/contract';
import { InvalidTemplate } from '../errors.ts';
import type { RetryPolicy } from '../graph/plan.ts';
import { retrySource } from '../lifecycle/1-template/retry-source.ts';
import type { StepSource } from '../lifecycle/1-template/template-source.ts';
import type { Handler, HandlerClass } from '../lifecycle/4-execution/handler.ts';
import { PermanentError } from '../lifecycle/4-execution/handler-errors.ts';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';
import { handlerNameOf } from '../lifecycle/4-execution/step-handler.ts';
import { isStepHandlerResult, StepHandlerResult } from '../lifecycle/4-execution/step-handler-result.ts';
import { checkStandardSchema, isStandardSchema, type SchemaSource, toJsonSchema } from './schema-source.ts';
import type { MoreOfStep } from './step-options.ts';

/** Step options as the running program sees them: without the types that only the compiler needs. */
export interface LooseStepOptions {
  readonly description?: string;
  readonly after?: readonly string[];
  readonly result?: SchemaSource | undefined;
  readonly timeoutSeconds?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly skippable?: boolean;
  readonly dependentSystem?: string;
  readonly config?: JsonObject;
  readonly more?: MoreOfStep;
  readonly run?: RunFunction | undefined;
  readonly callable?: string | undefined;
  readonly handler?: string | HandlerClass | undefined;
  readonly method?: string;
  readonly resolver?: string;
}

/** Bivariant, so that the typed `run` functions of the builder are among these. */
export type RunFunction = { bivariant(step: LooseRunArguments): unknown }['bivariant'];

export interface LooseRunArguments {
  readonly input: unknown;
  readonly results: unknown;
  readonly context: unknown;
}

/** One step of a definition: its part of the template, and the handler that comes with it. */
export interface BuiltStep {
  readonly source: StepSource;
  readonly handler?: Handler;
}

/** @param defaultCallable what the function of a step is registered by, unless the step says */
export function buildStep(name: string, options: LooseStepOptions, defaultCallable: string): BuiltStep {
  const { callable, handler } = work(name, options, defaultCallable);
  const resultSchema = options.result === undefined ? undefined : toJsonSchema(options.result, 'output');
  return {
    source: {
      ...options.more,
      name,
      description: options.description ?? null,
      handler: {
        callable,
        method: options.method ?? null,
        resolver: options.resolver ?? null,
        initialization: options.config ?? null,
      },
      dependencies: options.after ?? null,
      retry: options.retry === undefined ? null : retrySource(options.retry),
      timeout_seconds: options.timeoutSeconds ?? null,
      skippable: options.skippable ?? null,
      system_dependency: options.dependentSystem ?? null,
      result_schema: resultSchema ?? null,
    },
    ...(handler === undefined ? {} : { handler }),
  };
}

function work(
  name: string,
  options: LooseStepOptions,
  defaultCallable: string,
): { callable: string; handler?: Handler } {
  const { run, handler } = options;
  if (run !== undefined && handler === undefined) {
    return {
      callable: options.callable ?? defaultCallable,
      handler: runHandler(run, options.after ?? [], options.result),
    };
  }
  if (run === undefined && handler !== undefined) {
    return typeof handler === 'string'
      ? { callable: handler }
      : { callable: handlerNameOf(handler) ?? handler.name, handler };
  }
  const message = `Step \`${name}\` has ${run === undefined ? 'neither `run` nor `handler`' : 'both `run` and `handler`'}.`;
  throw new InvalidTemplate([{ code: 'CONFLICTING_KEYS', path: 'steps', message, remedy: 'Give it one of them.' }]);
}

/**
 * A `run` function as a handler. Its result goes into a StepHandlerResult, and so is stored exactly as it was
 * returned, which is what the types of the steps behind it promise.
 */
function runHandler(run: RunFunction, after: readonly string[], result: SchemaSource | undefined): Handler {
  return async (context: StepContext) => {
    const returned = await run(new RunArguments(context, after));
    if (isStepHandlerResult(returned)) return returned;
    return StepHandlerResult.success(await checked(returned, result));
  };
}

async function checked(returned: unknown, schema: SchemaSource | undefined): Promise<unknown> {
  if (schema === undefined || !isStandardSchema(schema)) return returned;
  const check = await checkStandardSchema(schema, returned);
  if (check.violations === undefined) return check.value;
  const list = check.violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new PermanentError(`The result does not fit the result schema of the step: ${list.join('; ')}.`, {
    errorCode: attemptErrorCodes.invalidResult,
  });
}

/** Works out what a step asks for and nothing else: a join of a hundred steps need not parse a hundred results. */
class RunArguments implements LooseRunArguments {
  readonly context: StepContext;
  readonly #after: readonly string[];
  #results: Readonly<Record<string, unknown>> | undefined;

  constructor(context: StepContext, after: readonly string[]) {
    this.context = context;
    this.#after = after;
  }

  get input(): JsonObject {
    return this.context.inputData;
  }

  get results(): Readonly<Record<string, unknown>> {
    this.#results ??= Object.fromEntries(this.#after.map((name) => [name, this.context.getDependencyResult(name)]));
    return this.#results;
  }
}
