import type { JsonObject } from '@tasker/contract';
import type { StepContext } from './step-context.ts';

/** Does the work of a step: returns (or resolves to) its result, or throws. */
export type HandlerFunction = (context: StepContext) => unknown;

/** Anything with a `call`; a template may name another of its methods. */
export interface HandlerInstance {
  call(context: StepContext): unknown;
  /** JSON Schema of what `handler.initialization` of a step has to look like; null: anything. */
  configSchema?(): JsonObject | null;
  /** JSON Schema of its results, whichever step it works for; null: anything that JSON can hold. */
  resultSchema?(): JsonObject | null;
}

export type HandlerClass = new () => HandlerInstance;

/** A function, an object with `call`, or a class of such objects (made once, when first needed). */
export type Handler = HandlerFunction | HandlerInstance | HandlerClass;

/** A handler made ready: whatever its form, it is called like this; it may answer at once or later, and may throw. */
export type HandlerCall = (context: StepContext) => unknown;

/** A class as written, or a class that was compiled to a function with methods. */
export function isHandlerClass(handler: Handler): handler is HandlerClass {
  if (typeof handler !== 'function') return false;
  const prototype: unknown = Reflect.get(handler, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) return false;
  return /^class\b/.test(Function.prototype.toString.call(handler)) || Object.getOwnPropertyNames(prototype).length > 1;
}

export function isHandlerFunction(handler: Handler): handler is HandlerFunction {
  return typeof handler === 'function' && !isHandlerClass(handler);
}

/**
 * Why something is no handler, as the end of a sentence about it. Programs in JavaScript and modules that are imported
 * by name may hold anything. The methods of a class are looked at when its object is made.
 */
export function handlerFault(value: unknown): string | undefined {
  if (typeof value === 'function') return undefined;
  const wanted = 'must be a function, an object with a method `call`, or a class of such objects';
  if (typeof value !== 'object' || value === null) return `${wanted}, and is ${value === null ? 'null' : typeof value}`;
  return typeof Reflect.get(value, 'call') === 'function' ? undefined : `${wanted}, and is an object without \`call\``;
}
