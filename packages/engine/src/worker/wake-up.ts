/** Waits that any number of callers can end: a level, not an edge, so that no wake-up is lost between two waits. */
export interface WakeUp {
  /** Ends the waits under way, or the next one. */
  wake(): void;
  /** Resolves at the next wake-up, at once if there was one since the last wait. */
  wait(): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let woken = false;
  let waiting: (() => void)[] = [];
  return {
    wake() {
      if (waiting.length === 0) woken = true;
      const ended = waiting;
      waiting = [];
      for (const end of ended) end();
    },
    wait() {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
