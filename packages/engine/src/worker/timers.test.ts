import { expect, it } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createTimers } from './timers.ts';

it('does things later, again and again, and goes on after a failure', async () => {
  const clock = createSimulatedClock();
  const faults: unknown[] = [];
  const timers = createTimers(clock, (error) => faults.push(error));
  const at: string[] = [];
  timers.after(100, () => at.push(`once ${clock.elapsed()}`));
  timers.every(60, async () => {
    at.push(`again ${clock.elapsed()}`);
    if (at.length === 1) throw new Error('the first time');
  });
  timers.after(50, () => at.push('taken back'))();
  await clock.advanceBy(130);
  expect(at).toEqual(['again 60', 'once 100', 'again 120']);
  expect(faults).toMatchObject([{ message: 'the first time' }]);
});

it('ends with everything that waits, and begins nothing more', async () => {
  const clock = createSimulatedClock();
  const timers = createTimers(clock, () => undefined);
  const at: string[] = [];
  timers.after(10, () => at.push('after'));
  timers.every(10, async () => void at.push('every'));
  const pause = timers.pause(1_000);
  timers.clear();
  await pause;
  timers.after(10, () => at.push('too late'));
  await timers.pause(1_000);
  await clock.advanceBy(5_000);
  expect(at).toEqual([]);
});
