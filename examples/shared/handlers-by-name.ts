import type { HandlerInstance, StepHandler } from '@tasker/engine';

/** Handlers by the names that they give themselves. */
export function handlersByName(handlers: readonly StepHandler[]): Record<string, HandlerInstance> {
  return Object.fromEntries(handlers.map((handler) => [handler.name, handler]));
}
