import type { Clock } from '../../clock.ts';

/**
 * Timeouts of attempts. Nearly all attempts end long before theirs, so a timer for each would cost more than the
 * attempt; here one timer stands for the earliest, and what has ended meanwhile is only forgotten.
 */
export interface Deadlines {
  /** Calls `expire` after `delayMs` unless taken back by the returned function. */
  add(delayMs: number, expire: () => void): () => void;
  clear(): void;
}

export function createDeadlines(clock: Clock): Deadlines {
  /** By length of the timeout: within one, deadlines stand in the order in which they were added. */
  const lines = new Map<number, Set<Deadline>>();
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;

  function arm(at: number): void {
    if (timer !== undefined && timer.at <= at) return;
    timer?.cancel();
    timer = { at, cancel: clock.wakeAfter(at - clock.elapsed(), fire) };
  }

  function fire(): void {
    timer = undefined;
    const now = clock.elapsed();
    for (const line of lines.values()) {
      for (const deadline of line) {
        if (deadline.at > now) {
          arm(deadline.at);
          break;
        }
        line.delete(deadline);
        deadline.expire();
      }
    }
  }

  return {
    add(delayMs, expire) {
      const deadline = { at: clock.elapsed() + delayMs, expire };
      const line = lines.get(delayMs) ?? new Set();
      if (line.size === 0) lines.set(delayMs, line);
      line.add(deadline);
      arm(deadline.at);
      return () => line.delete(deadline);
    },
    clear() {
      timer?.cancel();
      timer = undefined;
      lines.clear();
    },
  };
}

interface Deadline {
  readonly at: number;
  readonly expire: () => void;
}
