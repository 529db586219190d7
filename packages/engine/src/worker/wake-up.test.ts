import { expect, it } from 'vitest';
import { createWakeUp } from './wake-up.ts';

it('remembers a wake-up that nobody waited for, once', async () => {
  const wakeUp = createWakeUp();
  wakeUp.wake();
  wakeUp.wake();
  await wakeUp.wait();
  const first = Promise.race([wakeUp.wait(), new Promise((resolve) => setImmediate(() => resolve('nothing')))]);
  expect(await first).toBe('nothing');
});

it('ends all waits under way', async () => {
  const wakeUp = createWakeUp();
  const waits = [wakeUp.wait(), wakeUp.wait()];
  wakeUp.wake();
  expect(await Promise.all(waits)).toHaveLength(2);
});
