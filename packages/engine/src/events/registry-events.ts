import type { Clock } from '../clock.ts';
import type { EventBus, SubscriptionChange } from './event-bus.ts';

/** Publishes what is registered in this process besides templates: handlers, and subscriptions with names. */
export interface RegistryEvents {
  readonly handler: (change: 'registered' | 'replaced', callable: string) => void;
  readonly subscription: (change: SubscriptionChange) => void;
}

/** @param newId makes ids of events */
export function createRegistryEvents(bus: EventBus, clock: Clock, newId: () => string): RegistryEvents {
  const base = () => ({ event_id: newId(), timestamp: new Date(clock.now()).toISOString() });
  return {
    handler(change, callable) {
      if (bus.isHeard(`handler.${change}`)) bus.publish({ ...base(), event_type: `handler.${change}`, callable });
    },
    subscription({ change, name, pattern }) {
      if (!bus.isHeard(`subscriber.${change}`)) return;
      bus.publish({ ...base(), event_type: `subscriber.${change}`, subscriber: name, subscribed_to: pattern });
    },
  };
}
