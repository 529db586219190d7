import type { Clock } from '@tasker/engine';

/** Resolves after `delayMs` on this clock; rejects with the signal's reason when that comes first. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.wakeAfter(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      cancel();
      reject(signal?.reason instanceof Error ? signal.reason : new Error('the attempt was aborted'));
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The clock of a simulated service; the simulated clock of the test kit is one. */
export interface ServiceClock extends Clock {
  sleep?(delayMs: number): Promise<void>;
}

/** Work that takes so long. On a simulated clock it sleeps, so that time knows not to wait for it. */
export function takeTime(clock: ServiceClock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return clock.sleep === undefined ? pause(clock, delayMs, signal) : clock.sleep(delayMs);
}
