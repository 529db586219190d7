import { type EventName, eventNames } from '@tasker/contract';
import { assessRegistry, type RegistryMarks } from '../registries/assess-registry.ts';

/** The subscriptions of a process, counted. */
export interface SubscriptionStatistics extends RegistryMarks {
  readonly subscriptions: number;
  readonly delivered: number;
  readonly failed: number;
  /** That somebody hears. */
  readonly eventsCovered: readonly EventName[];
  /** How many hear each of them. */
  readonly byEvent: Readonly<Record<string, number>>;
  /** Two decimals. */
  readonly averageEventsPerSubscription: number;
  /** The five that the most hear, these first. */
  readonly mostPopular: readonly EventName[];
}

export function subscriptionStatistics(
  subscriptions: readonly { readonly delivered: number; readonly failed: number }[],
  audienceOf: (event: EventName) => readonly unknown[],
): SubscriptionStatistics {
  const heard = eventNames.map((event) => ({ event, by: audienceOf(event).length })).filter(({ by }) => by > 0);
  const byEvent = Object.fromEntries(heard.map(({ event, by }) => [event, by]));
  const hearings = sum(heard, ({ by }) => by);
  const items = subscriptions.length;
  return {
    subscriptions: items,
    delivered: sum(subscriptions, ({ delivered }) => delivered),
    failed: sum(subscriptions, ({ failed }) => failed),
    eventsCovered: heard.map(({ event }) => event),
    byEvent,
    averageEventsPerSubscription: items === 0 ? 0 : Math.round((hearings / items) * 100) / 100,
    mostPopular: heard
      .toSorted((one, other) => other.by - one.by)
      .slice(0, 5)
      .map(({ event }) => event),
    ...assessRegistry({ items, byGroup: byEvent }, { items: 'subscriptions', group: 'event' }),
  };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
