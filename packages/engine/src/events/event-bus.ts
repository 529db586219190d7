import type { EventName, EventOf, TaskerEvent } from '@tasker/contract';

export type EventListener<Name extends EventName> = (event: EventOf<Name>) => void;

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
  (name: '*', listener: (event: TaskerEvent) => void): () => void;
}

/** @param onFault hears of listeners that threw */
export function createEventBus(onFault: (message: string, error: unknown) => void): EventBus {
  const listeners = new Map<string, Set<(event: never) => void>>();

  function on(name: string, listener: (event: never) => void): () => void {
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
  listener: (event: never) => void,
  event: TaskerEvent,
  onFault: (message: string, error: unknown) => void,
): void {
  try {
    Reflect.apply(listener, undefined, [event]);
  } catch (error) {
    onFault(`a subscriber of ${event.event_type} failed`, error);
  }
}
