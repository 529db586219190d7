import { InvalidOptions } from '../../errors.ts';
import type { Handler, HandlerClass, HandlerInstance } from './handler.ts';
import { handlerNameOf } from './step-handler.ts';

/** Handlers by the names that templates refer to them by, or classes and objects that know their names. */
export type Handlers = Readonly<Record<string, Handler>> | readonly (HandlerClass | HandlerInstance)[];

/**
 * Handlers with their names: of a class its `handlerName`, else the name of the class.
 *
 * @throws {InvalidOptions} when one of a list has no name
 */
export function namedHandlers(handlers: Handlers): [string, Handler][] {
  if (!isList(handlers)) return Object.entries(handlers);
  return handlers.map((handler, index) => [nameOf(handler, index), handler]);
}

function isList(handlers: Handlers): handlers is readonly (HandlerClass | HandlerInstance)[] {
  return Array.isArray(handlers);
}

function nameOf(handler: HandlerClass | HandlerInstance, index: number): string {
  const handlerClass = typeof handler === 'function' ? handler : handler.constructor;
  const name = handlerNameOf(handlerClass) ?? handlerClass.name;
  if (name !== '' && handlerClass !== Object) return name;
  throw new InvalidOptions([
    `handlers[${index}] has no name that templates can refer to. Give its class a \`static handlerName\`, or list it as { name: handler }.`,
  ]);
}
