import type { EventName, EventOf, TaskerEvent } from '@tasker/contract';

/** May be async: nobody waits for it. */
export type EventListener<Name extends EventName> = (event: EventOf<Name>) => unknown;

/** Subscribers of one process. They hear of a fact after it is committed, and can neither stop nor slow it. */
export interface EventBus {
  readonly on: Subscribe;
  publish(event: TaskerEvent): void;
  /** Whether anybody would hear it: events that nobody hears are not made. */
  isHeard(name: EventName): boolean;
}

/** Returns how to unsubscribe. `*` hears everything. */
export interface Subscribe {
  <Name extends EventName>(name: Name, listener: EventListener<Name>): () => void;
  (name: '*', listener: (event: TaskerEvent) => unknown): () => void;
}

/** @param onFault hears of listeners that threw */
export function createEventBus(onFault: (message: string, error: unknown) => void): EventBus {
  const listeners = new Map<string, Set<(event: never) => unknown>>();

  function on(name: string, listener: (event: never) => unknown): () => void {
    const known = listeners.get(name) ?? new Set();
    listeners.set(name, known);
    known.add(listener);
    return () => {
      known.delete(listener);
      if (known.size === 0) listeners.delete(name);
    };
  }

  return {
    on,
    publish(event) {
      for (const key of [event.event_type, '*']) {
        for (const listener of listeners.get(key) ?? []) deliver(listener, event, onFault);
      }
    },
    isHeard: (name) => listeners.has(name) || listeners.has('*'),
  };
}

function deliver(
  listener: (event: never) => unknown,
  event: TaskerEvent,
  onFault: (message: string, error: unknown) => void,
): void {
  const complain = (error: unknown) => onFault(`a subscriber of ${event.event_type} failed`, error);
  try {
    const told: unknown = Reflect.apply(listener, undefined, [event]);
    // an async one that nobody waits for would end the process
    if (told instanceof Promise) told.catch(complain);
  } catch (error) {
    complain(error);
  }
}
