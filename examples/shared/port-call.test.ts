import { systemClock } from '@tasker/engine';
import { expect, test } from 'vitest';
import { callPort, PortTimeout } from './port-call.ts';

const limits = { clock: systemClock, timeoutMs: 60_000, signal: new AbortController().signal };

test('an answer in time is the answer', async () => {
  expect(await callPort(() => Promise.resolve('yes'), limits)).toBe('yes');
});

test('no answer in time is a timeout, and the service is told to stop', async () => {
  let told: AbortSignal | undefined;
  const call = callPort(
    (signal) => {
      told = signal;
      return new Promise(() => undefined);
    },
    { ...limits, timeoutMs: 1 },
  );
  await expect(call).rejects.toThrow(PortTimeout);
  expect(told?.aborted).toBe(true);
});

test('the end of the attempt ends the call', async () => {
  const attempt = new AbortController();
  const call = callPort(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    { ...limits, signal: attempt.signal },
  );
  attempt.abort(new Error('the task was cancelled'));
  await expect(call).rejects.toThrow(/stopped|cancelled/);
});
