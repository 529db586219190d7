import { HandlerNotFound, InvalidOptions } from '../../errors.ts';
import type { StepContext } from './step-context.ts';

/** Does the work of a step: returns (or resolves to) its result, or throws. */
export type HandlerFunction = (context: StepContext) => unknown;

/** Anything with a `call`; a template may name another of its methods. */
export interface HandlerInstance {
  call(context: StepContext): unknown;
}

export type HandlerClass = new () => HandlerInstance;

/** A function, an object with `call`, or a class of such objects (made once, when first needed). */
export type Handler = HandlerFunction | HandlerInstance | HandlerClass;

/** A handler made ready: whatever its form, it is called like this; it may answer at once or later, and may throw. */
export type HandlerCall = (context: StepContext) => unknown;

/** The handlers of one process, by the name that steps refer to them by. */
export class HandlerRegistry {
  readonly #entries = new Map<string, Entry>();

  /** @throws {InvalidOptions} when the name is taken by another handler */
  register(callable: string, handler: Handler): void {
    this.refuseTaken(callable, handler);
    if (!this.has(callable)) this.#entries.set(callable, { handler, calls: new Map() });
  }

  /** @throws {InvalidOptions} when the name is taken by another handler */
  refuseTaken(callable: string, handler: Handler): void {
    const known = this.#entries.get(callable);
    if (known === undefined || known.handler === handler) return;
    throw new InvalidOptions([`There are two handlers named \`${callable}\`. Give one of them another name.`]);
  }

  has(callable: string): boolean {
    return this.#entries.has(callable);
  }

  callables(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * The handler that a step refers to.
   *
   * @throws {HandlerNotFound} when there is none of that name, or it has no such method
   */
  resolve(callable: string, method = 'call'): HandlerCall {
    const entry = this.#entries.get(callable);
    if (entry === undefined) throw new HandlerNotFound(callable, method, this.callables());
    const known = entry.calls.get(method);
    if (known !== undefined) return known;
    const call = bindMethod(entry, method);
    if (call === undefined) throw new HandlerNotFound(callable, method, this.callables());
    entry.calls.set(method, call);
    return call;
  }
}

interface Entry {
  readonly handler: Handler;
  /** By method. */
  readonly calls: Map<string, HandlerCall>;
  instance?: HandlerInstance;
}

function bindMethod(entry: Entry, method: string): HandlerCall | undefined {
  const { handler } = entry;
  if (isFunction(handler)) return method === 'call' ? handler : undefined;
  const instance = isClass(handler) ? (entry.instance ??= new handler()) : handler;
  const found: unknown = Reflect.get(instance, method);
  return isCallable(found) ? (context) => found.call(instance, context) : undefined;
}

function isFunction(handler: Handler): handler is HandlerFunction {
  return typeof handler === 'function' && !isClass(handler);
}

/** A class as written, or a class that was compiled to a function with methods. */
function isClass(handler: Handler): handler is HandlerClass {
  if (typeof handler !== 'function') return false;
  const prototype: unknown = Reflect.get(handler, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) return false;
  return /^class\b/.test(Function.prototype.toString.call(handler)) || Object.getOwnPropertyNames(prototype).length > 1;
}

function isCallable(value: unknown): value is (this: HandlerInstance, context: StepContext) => unknown {
  return typeof value === 'function';
}
