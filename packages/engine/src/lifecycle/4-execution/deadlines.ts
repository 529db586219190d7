import type { Clock } from '../../clock.ts';

/**
 * Timeouts of attempts. Nearly all attempts end long before theirs, so a timer for each would cost more than the
 * attempt; here one timer stands for the earliest, and what has ended meanwhile is only forgotten.
 */
export interface Deadlines {
  /** Expires `deadline` after `delayMs` unless it is removed. Returns when that will be, on the monotonic clock. */
  add(delayMs: number, deadline: Deadline): number;
  remove(delayMs: number, deadline: Deadline): void;
  clear(): void;
}

export interface Deadline {
  readonly deadlineAt: number;
  expire(): void;
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
        if (deadline.deadlineAt > now) {
          arm(deadline.deadlineAt);
          break;
        }
        line.delete(deadline);
        deadline.expire();
      }
    }
  }

  return {
    add(delayMs, deadline) {
      const at = clock.elapsed() + delayMs;
      let line = lines.get(delayMs);
      if (line === undefined) lines.set(delayMs, (line = new Set()));
      line.add(deadline);
      arm(at);
      return at;
    },
    remove(delayMs, deadline) {
      lines.get(delayMs)?.delete(deadline);
    },
    clear() {
      timer?.cancel();
      timer = undefined;
      lines.clear();
    },
  };
}
