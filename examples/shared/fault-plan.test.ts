import { type Clock, systemClock } from '@tasker/engine';
import { expect, test } from 'vitest';
import { FaultPlan } from './fault-plan.ts';

type Methods = { readonly greet: { readonly request: string; readonly response: string } };

const greet = (plan: FaultPlan<Methods>, name: string) => plan.perform('greet', name, () => `hello ${name}`);

test('without a plan the service answers, and every call is kept', async () => {
  const plan = new FaultPlan<Methods>(systemClock);
  expect(plan.lastCall('greet')).toBeUndefined();
  expect(await greet(plan, 'Ada')).toBe('hello Ada');
  expect(await greet(plan, 'Bob')).toBe('hello Bob');
  expect(plan.calls('greet')).toEqual(['Ada', 'Bob']);
  expect([plan.callCount('greet'), plan.lastCall('greet')]).toEqual([2, 'Bob']);
});

test('a stubbed response is given in place of the service', async () => {
  const plan = new FaultPlan<Methods>(systemClock).stubResponse('greet', 'go away');
  expect(await greet(plan, 'Ada')).toBe('go away');
});

test('a failure happens so many times, or always, and is a call, too', async () => {
  const plan = new FaultPlan<Methods>(systemClock).stubFailure('greet', RangeError, 'busy', 1);
  await expect(greet(plan, 'Ada')).rejects.toThrow(new RangeError('busy'));
  expect(await greet(plan, 'Ada')).toBe('hello Ada');
  expect(plan.callCount('greet')).toBe(2);
  plan.stubFailure('greet', RangeError, 'closed');
  for (const name of ['Ada', 'Bob', 'Cyd']) await expect(greet(plan, name)).rejects.toThrow('closed');
});

test('a delay passes on the clock of the plan', async () => {
  const delays: number[] = [];
  const clock: Clock = {
    ...systemClock,
    wakeAfter(delayMs, wake) {
      delays.push(delayMs);
      wake();
      return () => undefined;
    },
  };
  expect(await greet(new FaultPlan<Methods>(clock).stubDelay('greet', 5000), 'Ada')).toBe('hello Ada');
  expect(delays).toEqual([5000]);
});

test('reset forgets faults and calls', async () => {
  const plan = new FaultPlan<Methods>(systemClock).stubResponse('greet', 'go away');
  await greet(plan, 'Ada');
  plan.reset();
  expect(plan.callCount('greet')).toBe(0);
  expect(await greet(plan, 'Ada')).toBe('hello Ada');
});
