import type { Clock } from '../clock.ts';

/** Timers that all end together. */
export interface Timers {
  after(delayMs: number, work: () => void): () => void;
  /** Again and again, `intervalMs` after the last time ended. */
  every(intervalMs: number, work: () => Promise<void>): void;
  pause(delayMs: number): Promise<void>;
  /** Ends all of them; pauses under way resolve. */
  clear(): void;
}

/** @param onError hears of repeated work that failed; it goes on */
export function createTimers(clock: Clock, onError: (error: unknown) => void): Timers {
  const pending = new Map<() => void, (() => void) | undefined>();
  let cleared = false;

  function after(delayMs: number, work: () => void, onClear?: () => void): () => void {
    if (cleared) {
      onClear?.();
      return () => undefined;
    }
    const cancel = clock.wakeAfter(delayMs, () => {
      pending.delete(cancel);
      work();
    });
    pending.set(cancel, onClear);
    return () => {
      pending.delete(cancel);
      cancel();
    };
  }

  function every(intervalMs: number, work: () => Promise<void>): void {
    after(intervalMs, () => {
      work()
        .catch(onError)
        .finally(() => {
          every(intervalMs, work);
        });
    });
  }

  return {
    after,
    every,
    pause: (delayMs) =>
      new Promise((resolve) => {
        after(delayMs, resolve, resolve);
      }),
    clear() {
      cleared = true;
      for (const [cancel, onClear] of pending) {
        cancel();
        onClear?.();
      }
      pending.clear();
    },
  };
}
