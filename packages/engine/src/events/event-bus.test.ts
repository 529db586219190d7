import type { TaskEvent } from '@tasker/contract';
import { expect, it } from 'vitest';
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
