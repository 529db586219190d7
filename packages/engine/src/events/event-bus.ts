import { type EventName, type EventOf, eventNames, type TaskerEvent } from '@tasker/contract';
import { InvalidOptions } from '../errors.ts';
import { type SubscriptionStatistics, subscriptionStatistics } from './subscription-statistics.ts';

/** An event, all events that begin alike, or everything. */
export type EventPattern = EventName | FamilyOf<EventName> | '*';

type FamilyOf<Name> = Name extends `${infer Family}.${string}` ? `${Family}.*` : never;

/** What somebody who subscribed to the pattern hears. */
export type EventMatching<Pattern extends EventPattern> = Pattern extends EventName
  ? EventOf<Pattern>
  : Pattern extends `${infer Family}.*`
    ? EventOf<Extract<EventName, `${Family}.${string}`>>
    : TaskerEvent;

/** May be async: nobody waits for it. */
export type EventListener<Pattern extends EventPattern> = (event: EventMatching<Pattern>) => unknown;

/**
 * Returns how to unsubscribe. `task.*` hears of everything about tasks, `*` hears everything.
 *
 * @throws {InvalidOptions} when there is no such event, or the name is taken
 */
export type Subscribe = <Pattern extends EventPattern>(
  pattern: Pattern,
  listener: EventListener<Pattern>,
  options?: SubscribeOptions,
) => () => void;

export interface SubscribeOptions {
  /** Under which the subscription is listed and can be ended. Default: it has none. */
  readonly name?: string;
  /** Take the place of the subscription that has the name. Default false: that is refused. */
  readonly replace?: boolean;
}

/** One subscription and how it has fared. */
export interface SubscriptionView {
  readonly name: string | undefined;
  readonly pattern: EventPattern;
  /** Events it was told. */
  readonly delivered: number;
  /** Those of them on which the listener threw, or broke its promise. */
  readonly failed: number;
}

/** Subscribers of one process. They hear of a fact after it is committed, and can neither stop nor slow it. */
export interface EventBus {
  readonly on: Subscribe;
  /** Ends the subscription of that name; whether there was one. */
  off(name: string): boolean;
  /** In the order in which they began; with a name of an event those that hear it. */
  subscriptions(event?: EventName): SubscriptionView[];
  statistics(): SubscriptionStatistics;
  publish(event: TaskerEvent): void;
  /** Whether anybody would hear it: events that nobody hears are not made. */
  isHeard(name: EventName): boolean;
}

/** Of a subscription with a name. */
export interface SubscriptionChange {
  readonly change: 'registered' | 'replaced' | 'unregistered';
  readonly name: string;
  readonly pattern: EventPattern;
}

interface Subscription {
  readonly name: string | undefined;
  readonly pattern: EventPattern;
  readonly listener: (event: never) => unknown;
  delivered: number;
  failed: number;
  ended: boolean;
}

/**
 * @param onFault hears of listeners that threw
 * @param onChanged hears of subscriptions with names that began or ended
 */
export function createEventBus(
  onFault: (message: string, error: unknown) => void,
  onChanged: (change: SubscriptionChange) => void = () => undefined,
): EventBus {
  const subscriptions = new Set<Subscription>();
  /** By event, worked out when it first happens: this is asked several times per step. */
  const audiences = new Map<string, readonly Subscription[]>();

  function audienceOf(event: string): readonly Subscription[] {
    const known = audiences.get(event);
    if (known !== undefined) return known;
    const audience = [...subscriptions]
      .filter(({ pattern }) => isMatch(pattern, event))
      .toSorted((one, other) => breadth(one.pattern) - breadth(other.pattern));
    audiences.set(event, audience);
    return audience;
  }

  function end(subscription: Subscription): boolean {
    subscription.ended = true;
    audiences.clear();
    return subscriptions.delete(subscription);
  }

  function tell(change: SubscriptionChange['change'], { name, pattern }: Subscription): void {
    if (name !== undefined) onChanged({ change, name, pattern });
  }

  function leave(subscription: Subscription): boolean {
    const ended = end(subscription);
    if (ended) tell('unregistered', subscription);
    return ended;
  }

  const named = (name: string | undefined) =>
    name === undefined ? undefined : [...subscriptions].find((each) => each.name === name);

  return {
    on(pattern, listener, { name, replace = false } = {}) {
      refuseUnknown(pattern);
      refuseUnfit(name, listener);
      const taken = named(name);
      if (taken !== undefined && !replace) throw nameTaken(taken);
      if (taken !== undefined) end(taken);
      const subscription: Subscription = { name, pattern, listener, delivered: 0, failed: 0, ended: false };
      tell(taken === undefined ? 'registered' : 'replaced', subscription);
      subscriptions.add(subscription);
      audiences.clear();
      return () => void leave(subscription);
    },
    off(name) {
      const known = named(name);
      return known !== undefined && leave(known);
    },
    subscriptions: (event) =>
      [...subscriptions]
        .filter(({ pattern }) => event === undefined || isMatch(pattern, event))
        .map(({ name, pattern, delivered, failed }) => ({ name, pattern, delivered, failed })),
    statistics: () => subscriptionStatistics([...subscriptions], audienceOf),
    publish(event) {
      for (const subscription of audienceOf(event.event_type)) {
        // it may have left while the others were told
        if (!subscription.ended) deliver(subscription, event, onFault);
      }
    },
    isHeard: (name) => audienceOf(name).length > 0,
  };
}

const patterns: readonly string[] = [
  ...eventNames,
  ...new Set(eventNames.map((name) => `${name.slice(0, name.indexOf('.'))}.*`)),
  '*',
];

function refuseUnknown(pattern: string): void {
  if (patterns.includes(pattern)) return;
  throw new InvalidOptions([`There is no event \`${pattern}\` to subscribe to. There are: ${patterns.join(', ')}.`]);
}

function refuseUnfit(name: string | undefined, listener: unknown): void {
  const problems = [
    ...(name?.trim() === '' ? ['The `name` of a subscription must not be empty: leave it out, or give one.'] : []),
    ...(typeof listener === 'function' ? [] : [`A subscriber must be a function, not ${typeof listener}.`]),
  ];
  if (problems.length > 0) throw new InvalidOptions(problems);
}

function nameTaken({ name, pattern }: Subscription): InvalidOptions {
  return new InvalidOptions([
    `There is a subscription named \`${name}\` already, to ${pattern}. Give this one another name, or subscribe with \`replace\`.`,
  ]);
}

function isMatch(pattern: EventPattern, event: string): boolean {
  return pattern === event || (pattern.endsWith('*') && event.startsWith(pattern.slice(0, -1)));
}

/** Those who asked for just this are told first, those who hear everything last. */
function breadth(pattern: EventPattern): number {
  if (pattern === '*') return 2;
  return pattern.endsWith('*') ? 1 : 0;
}

function deliver(
  subscription: Subscription,
  event: TaskerEvent,
  onFault: (message: string, error: unknown) => void,
): void {
  const complain = (error: unknown) => {
    subscription.failed += 1;
    const who = subscription.name === undefined ? 'a subscriber' : `the subscriber ${subscription.name}`;
    onFault(`${who} of ${event.event_type} failed`, error);
  };
  subscription.delivered += 1;
  try {
    const told: unknown = Reflect.apply(subscription.listener, undefined, [event]);
    // an async one that nobody waits for would end the process
    if (told instanceof Promise) told.catch(complain);
  } catch (error) {
    complain(error);
  }
}
