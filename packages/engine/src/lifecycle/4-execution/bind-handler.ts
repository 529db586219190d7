import { attemptErrorCodes, type JsonObject } from '@tasker/contract';
import type { HandlerReference } from '../../graph/plan.ts';
import { ApiStepHandler } from './api/api-step-handler.ts';
import { BatchableStepHandler } from './batch/batchable-step-handler.ts';
import { DecisionHandler } from './decision/decision-handler.ts';
import { type Handler, type HandlerCall, type HandlerInstance, isHandlerFunction } from './handler.ts';
import { PermanentError } from './handler-errors.ts';
import { schemaViolations } from './schema-violations.ts';
import type { StepContext } from './step-context.ts';
import { StepHandler } from './step-handler.ts';
import { TransformingStepHandler } from './transforming-step-handler.ts';

/** A handler as one step uses it. */
export interface BoundHandler {
  readonly call: HandlerCall;
  /** What its results must look like, whatever the template says besides. */
  readonly resultSchema: JsonObject | undefined;
}

/**
 * Makes a handler ready for a step: its method found, its configuration checked.
 *
 * @param instanceOf the one object of a class
 * @throws {PermanentError} when it has no such method, or the configuration is not what it needs
 */
export function bindHandler(
  handler: Handler,
  { callable, method, config }: HandlerReference,
  instanceOf: (handler: Exclude<Handler, HandlerCall>) => HandlerInstance,
): BoundHandler {
  if (isHandlerFunction(handler)) {
    if (method !== 'call') throw methodNotFound(callable, method, ['call']);
    return { call: handler, resultSchema: undefined };
  }
  const instance = instanceOf(handler);
  const methods = methodsOf(instance);
  const found = methods.get(method);
  if (found === undefined) throw methodNotFound(callable, method, [...methods.keys()]);
  refuseBadConfig(callable, config, instance.configSchema?.() ?? undefined);
  return { call: callOf(instance, found), resultSchema: instance.resultSchema?.() ?? undefined };
}

/** Whichever method asks a service, the status of the response decides. */
function callOf(instance: HandlerInstance, method: Method): HandlerCall {
  if (!(instance instanceof ApiStepHandler)) return (context) => method.call(instance, context);
  return (context) => instance.conclude(context, (...given) => method.call(instance, ...given));
}

/**
 * What a template may name as `method`: functions of the object and of its classes, down to those of the engine, of
 * which only `call` does the work of a step.
 */
function methodsOf(instance: HandlerInstance): Map<string, Method> {
  const methods = new Map<string, Method>();
  for (let at: unknown = instance; isObject(at) && !engineClasses.has(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(at, name)?.value;
      if (isMethod(value) && !describing.has(name) && !methods.has(name)) methods.set(name, value);
    }
  }
  const call: unknown = Reflect.get(instance, 'call');
  return isMethod(call) ? methods.set('call', call) : methods;
}

type Method = (this: HandlerInstance, context: StepContext, ...more: readonly unknown[]) => unknown;

const engineClasses: ReadonlySet<object> = new Set([
  Object.prototype,
  StepHandler.prototype,
  DecisionHandler.prototype,
  BatchableStepHandler.prototype,
  ApiStepHandler.prototype,
  TransformingStepHandler.prototype,
]);

/** Methods that others call. */
const describing: ReadonlySet<string> = new Set([
  'constructor',
  'configSchema',
  'resultSchema',
  'processResults',
  'onConflict',
  'toString',
  'toJSON',
]);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

function methodNotFound(callable: string, method: string, methods: readonly string[]): PermanentError {
  const there = methods.length === 0 ? 'It has none' : `It has: ${methods.toSorted().join(', ')}`;
  return new PermanentError(`Handler \`${callable}\` has no method \`${method}\`. ${there}.`, {
    errorCode: attemptErrorCodes.methodNotFound,
  });
}

function refuseBadConfig(callable: string, config: JsonObject, schema: JsonObject | undefined): void {
  const violations = schema === undefined ? [] : schemaViolations(schema, JSON.stringify(config));
  if (violations.length === 0) return;
  throw new PermanentError(
    `The configuration (\`handler.initialization\`) of \`${callable}\` is not what the handler needs: ${violations.join('; ')}.`,
    { errorCode: attemptErrorCodes.invalidHandlerConfig },
  );
}
