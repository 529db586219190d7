/**
 * Time as the engine sees it. Everything that waits or measures goes through one of these, so that the test kit can
 * run the real engine under a simulated clock. The database has a clock of its own (`tasker.now()`): what is stored
 * is stamped there, and workers only tell it how long ago something was.
 */
export interface Clock {
  /** Milliseconds since 1970, for ids and logs. */
  now(): number;
  /** Milliseconds that never jump, for measuring. */
  elapsed(): number;
  /** Calls `wake` once after `delayMs`; the returned function takes it back. Does not keep the process alive. */
  wakeAfter(delayMs: number, wake: () => void): () => void;
  /** Told of a handler at work: a simulated clock stands still meanwhile, because nobody knows how long it takes. */
  during?(work: Promise<unknown>): void;
}

/** setTimeout fires at once for anything longer; a timer that is due later simply looks again. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wakeAfter(delayMs, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(delayMs, 0), longestTimerMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Uniform in [0, 1): jitter and ids. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
