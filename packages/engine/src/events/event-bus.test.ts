import type { TaskEvent } from '@tasker/contract';
import { expect, it } from 'vitest';
import { InvalidOptions } from '../errors.ts';
import { createEventBus } from './event-bus.ts';

const event: TaskEvent = {
  event_id: 'e',
  event_type: 'task.completed',
  timestamp: '2030-01-01T00:00:00.000Z',
  task_id: 't',
  task_name: 'order',
  namespace: 'default',
  version: '1.0.0',
  correlation_id: 'c',
  total_steps: 1,
  from_state: 'in_progress',
  to_state: 'complete',
};

it('CORE-118: tells those who asked for it, and those who ask for everything, in the order in which they asked', () => {
  const bus = createEventBus(() => undefined);
  const heard: string[] = [];
  bus.on('*', () => heard.push('everything'));
  bus.on('task.completed', () => heard.push('one'));
  bus.on('task.completed', () => heard.push('two'));
  bus.on('task.failed', () => heard.push('wrong'));
  bus.publish(event);
  expect(heard).toEqual(['one', 'two', 'everything']);
});

it('CORE-118: makes nothing of events that nobody hears', () => {
  const bus = createEventBus(() => undefined);
  expect(bus.isHeard('task.completed')).toBe(false);
  const stop = bus.on('task.completed', () => undefined);
  expect([bus.isHeard('task.completed'), bus.isHeard('task.failed')]).toEqual([true, false]);
  stop();
  expect(bus.isHeard('task.completed')).toBe(false);
  const stopAll = bus.on('*', () => undefined);
  expect(bus.isHeard('task.failed')).toBe(true);
  stopAll();
  expect(bus.isHeard('task.failed')).toBe(false);
});

it('CORE-118: lets a listener leave while it is told, and calls the same function twice for two who asked', () => {
  const bus = createEventBus(() => undefined);
  let calls = 0;
  const stop = bus.on('task.completed', () => {
    calls += 1;
    stop();
  });
  bus.publish(event);
  bus.publish(event);
  expect(calls).toBe(1);

  const told: string[] = [];
  bus.on('task.completed', () => {
    told.push('first');
    bus.off('second');
  });
  bus.on('task.completed', () => told.push('second'), { name: 'second' });
  bus.publish(event);
  expect(told).toEqual(['first']);
});

it('goes on after a listener that throws, or whose promise is broken, and says which event it was', async () => {
  const faults: string[] = [];
  const bus = createEventBus((message, error) => faults.push(`${message}: ${String(error)}`));
  let reached = false;
  bus.on('task.completed', () => {
    throw new Error('no');
  });
  bus.on('task.completed', async () => {
    throw new Error('not later either');
  });
  bus.on('task.completed', () => {
    reached = true;
  });
  bus.publish(event);
  await new Promise((resolve) => setImmediate(resolve));
  expect(reached).toBe(true);
  expect(faults).toEqual([
    'a subscriber of task.completed failed: Error: no',
    'a subscriber of task.completed failed: Error: not later either',
  ]);
});

it('CORE-118: hears of a whole family of events, after those who asked for the very event', () => {
  const bus = createEventBus(() => undefined);
  const heard: string[] = [];
  bus.on('*', ({ event_type }) => heard.push(`* ${event_type}`));
  bus.on('task.*', ({ event_type, task_id }) => heard.push(`task.* ${event_type} ${task_id}`));
  bus.on('step.*', () => heard.push('step.*'));
  bus.on('task.completed', () => heard.push('it'));
  bus.publish(event);
  bus.publish({ ...event, event_type: 'task.failed' });
  expect(heard).toEqual(['it', 'task.* task.completed t', '* task.completed', 'task.* task.failed t', '* task.failed']);
  expect(bus.isHeard('template.registered')).toBe(true);
});

it('CORE-118, SURF-49: lists subscriptions by event, with what they were told and what they failed at', async () => {
  const bus = createEventBus(() => undefined);
  bus.on('task.*', () => undefined, { name: 'mailer' });
  bus.on('task.completed', () => Promise.reject(new Error('later')), { name: 'shaky' });
  const stop = bus.on('task.failed', () => {
    throw new Error('no');
  });
  expect(bus.subscriptions('task.failed').map(({ name, pattern }) => [name, pattern])).toEqual([
    ['mailer', 'task.*'],
    [undefined, 'task.failed'],
  ]);
  expect(bus.subscriptions('template.registered')).toEqual([]);
  bus.publish(event);
  bus.publish({ ...event, event_type: 'task.failed' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(bus.subscriptions()).toEqual([
    { name: 'mailer', pattern: 'task.*', delivered: 2, failed: 0 },
    { name: 'shaky', pattern: 'task.completed', delivered: 1, failed: 1 },
    { name: undefined, pattern: 'task.failed', delivered: 1, failed: 1 },
  ]);
  expect(bus.statistics()).toMatchObject({ subscriptions: 3, delivered: 4, failed: 2 });
  stop();
  expect(bus.subscriptions('task.failed')).toHaveLength(1);
});

it('CORE-118, SURF-49: a name is for one subscription, which another replaces only when told to', () => {
  const changes: string[] = [];
  const bus = createEventBus(
    () => undefined,
    ({ change, name, pattern }) => changes.push(`${change} ${name} ${pattern}`),
  );
  const heard: string[] = [];
  const stopOld = bus.on('task.completed', () => heard.push('old'), { name: 'mailer' });
  expect(() => bus.on('task.failed', () => undefined, { name: 'mailer' })).toThrow(
    'There is a subscription named `mailer` already, to task.completed.',
  );
  bus.on('task.completed', () => heard.push('new'), { name: 'mailer', replace: true });
  // it has no say any more
  stopOld();
  bus.publish(event);
  expect([bus.off('mailer'), bus.off('mailer'), bus.off('nobody')]).toEqual([true, false, false]);
  bus.publish(event);
  expect(heard).toEqual(['new']);
  bus.on('*', () => undefined)();
  expect(changes).toEqual([
    'registered mailer task.completed',
    'replaced mailer task.completed',
    'unregistered mailer task.completed',
  ]);
});

it('CORE-118, SURF-39, SURF-49: refuses events that there are not, empty names, and what is no function', () => {
  const { on } = createEventBus(() => undefined);
  const refusal = (...of: unknown[]) => expect(() => void Reflect.apply(on, undefined, of)).toThrow(InvalidOptions);
  refusal('task.complete', () => undefined);
  refusal('task*', () => undefined);
  refusal('task.completed', () => undefined, { name: ' ' });
  refusal('task.completed', 'mailer');
});

it('CORE-118, CORE-120: counts what is covered and by how many', () => {
  const bus = createEventBus(() => undefined);
  expect(bus.statistics()).toMatchObject({
    subscriptions: 0,
    eventsCovered: [],
    averageEventsPerSubscription: 0,
    utilization: 'empty',
    distribution: 'empty',
  });
  bus.on('template.*', () => undefined);
  bus.on('template.replaced', () => undefined);
  bus.on('task.failed', () => undefined);
  expect(bus.statistics()).toMatchObject({
    eventsCovered: ['task.failed', 'template.registered', 'template.replaced'],
    byEvent: { 'task.failed': 1, 'template.registered': 1, 'template.replaced': 2 },
    averageEventsPerSubscription: 1.33,
    mostPopular: ['template.replaced', 'task.failed', 'template.registered'],
    utilization: 'low',
    distribution: 'even',
    efficiency: 0.7,
  });
});
