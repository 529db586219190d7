import { expect, test } from 'vitest';
import { createSimulatedClock } from './simulated-clock.ts';

test('What falls due happens in the order of its time, and of its beginning where that is equal.', async () => {
  const clock = createSimulatedClock();
  const happened: string[] = [];
  clock.wakeAfter(20, () => happened.push('later'));
  clock.wakeAfter(10, () => happened.push('first of two'));
  clock.wakeAfter(10, () => happened.push('second of two'));
  clock.wakeAfter(30, () => happened.push('too late'));
  await clock.advanceBy(20);
  expect(happened).toEqual(['first of two', 'second of two', 'later']);
  expect(clock.elapsed()).toBe(20);
});

test('What the one before sets off, down to the last promise, happens before the next thing is due.', async () => {
  const clock = createSimulatedClock();
  const happened: string[] = [];
  clock.wakeAfter(1, () => {
    setImmediate(() => queueMicrotask(() => setImmediate(() => happened.push('set off'))));
  });
  clock.wakeAfter(2, () => happened.push('next'));
  await clock.advanceBy(2);
  expect(happened).toEqual(['set off', 'next']);
});

test('A timer that is taken back, before or while others are due, does not ring.', async () => {
  const clock = createSimulatedClock();
  const happened: string[] = [];
  const takeBack = clock.wakeAfter(5, () => happened.push('taken back'));
  clock.wakeAfter(5, () => happened.push('stays'));
  takeBack();
  takeBack();
  await clock.advanceBy(10);
  expect(happened).toEqual(['stays']);
});

test('Timers set on the way ring on the way.', async () => {
  const clock = createSimulatedClock({ startAt: new Date('2031-05-05T00:00:00Z') });
  const rings: string[] = [];
  const ring = () => {
    rings.push(new Date(clock.now()).toISOString());
    clock.wakeAfter(3_600_000, ring);
  };
  clock.wakeAfter(3_600_000, ring);
  await clock.advanceBy(3 * 3_600_000);
  expect(rings).toEqual(['2031-05-05T01:00:00.000Z', '2031-05-05T02:00:00.000Z', '2031-05-05T03:00:00.000Z']);
});

test('Time stands still while real work is under way.', async () => {
  const clock = createSimulatedClock();
  const goOn = clock.standStill();
  let rang = false;
  clock.wakeAfter(1, () => {
    rang = true;
  });
  const advanced = clock.advanceBy(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(rang).toBe(false);
  goOn();
  await advanced;
  expect(rang).toBe(true);
});

test('Time stands still while a handler works, and goes on while it sleeps or hangs.', async () => {
  const clock = createSimulatedClock({ patienceMs: 10 });
  const happened: string[] = [];
  const sleeper = clock.sleep(1_000).then(() => happened.push('slept'));
  clock.during(sleeper);
  clock.during(new Promise(() => undefined));
  clock.wakeAfter(500, () => happened.push('midway'));
  await clock.advanceBy(1_000);
  expect(happened).toEqual(['midway', 'slept']);
});

test('Running until something is reached stops there, or says that it never will be.', async () => {
  const clock = createSimulatedClock();
  let count = 0;
  const tick = () => {
    count += 1;
    clock.wakeAfter(100, tick);
  };
  clock.wakeAfter(100, tick);
  expect(await clock.runUntil(() => count === 3)).toBe(true);
  expect(clock.elapsed()).toBe(300);
  expect(await clock.runUntil(() => count === 1_000, 1_000)).toBe(false);
});

test('Running until nothing is due ends with the last thing.', async () => {
  const clock = createSimulatedClock();
  clock.wakeAfter(60_000, () => {
    clock.wakeAfter(60_000, () => undefined);
  });
  clock.wakeAfter(7 * 86_400_000, () => undefined);
  await clock.runUntilIdle();
  expect(clock.elapsed()).toBe(120_000);
});

test('Two who let time pass at once are told so.', async () => {
  const clock = createSimulatedClock();
  const advanced = clock.advanceBy(10);
  await expect(clock.advanceBy(10)).rejects.toThrow('await the call before');
  await advanced;
});
