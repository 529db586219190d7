import type { Clock } from '../clock.ts';

/**
 * Time that passes when a test says so. Whatever falls due on the way happens in order, each thing after everything
 * that the one before has set off: the same test takes the same course every time, and a backoff of an hour takes as
 * long as the statements in it.
 *
 * @example
 * const clock = createSimulatedClock();
 * clock.wakeAfter(3_600_000, remind);
 * await clock.advanceBy(3_600_000); // calls remind
 */
export interface SimulatedClock extends Clock {
  /** Lets so much time pass. */
  advanceBy(durationMs: number): Promise<void>;
  /**
   * Goes from one thing that is due to the next until `isReached`, which is asked after each of them. False when
   * nothing more is due within `limitMs` (default: a year).
   */
  runUntil(isReached: () => boolean | Promise<boolean>, limitMs?: number): Promise<boolean>;
  /** Lets time pass as long as something falls due within `horizonMs` (default: a day) of the last thing that did. */
  runUntilIdle(horizonMs?: number): Promise<void>;
  /** Resolves when what has been set off has run its course, and only time can change anything. */
  settled(): Promise<void>;
  /** Resolves when so much of this time has passed: for handlers that take their time in a test. */
  sleep(delayMs: number): Promise<void>;
  /** Time stands still until the returned function is called: real work is under way, in the database for one. */
  standStill(): () => void;
  /**
   * Time stands still while a handler works, unless it sleeps on this clock or takes longer than real work in a test
   * should: then it counts as hanging, and only time can end it.
   */
  during(work: Promise<unknown>): void;
}

export interface SimulatedClockOptions {
  /** The moment to begin at. Default 2030-01-01T00:00:00Z. */
  readonly startAt?: Date;
  /** How long a handler may work before it counts as hanging. Real milliseconds, default 1,000. */
  readonly patienceMs?: number;
  /**
   * Asked while work that time stands still for does not end: whether all `inFlight` pieces of it wait for something
   * that only time can bring (a lock, say), so that time must go on. Default: they never do.
   */
  readonly isStuck?: (inFlight: number) => Promise<boolean>;
}

/** Turns of the event loop without any activity after which nothing more is coming: the engine yields one at a time. */
const quietTurns = 4;
/** Between two questions whether the work in flight is stuck, real milliseconds. */
const stuckCheckMs = 2;
const yearMs = 365 * 86_400_000;
const dayMs = 86_400_000;

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

export function createSimulatedClock(options: SimulatedClockOptions = {}): SimulatedClock {
  const { startAt = new Date('2030-01-01T00:00:00Z'), patienceMs = 1_000, isStuck } = options;
  /** By time; of equal ones the first set first. */
  const timers: Timer[] = [];
  /** Real work under way, and the handlers among it. */
  const inFlight = new Set<symbol>();
  const handlers = new Set<symbol>();
  /** Called when a piece of work ends. */
  const waiting: (() => void)[] = [];
  let sleepers = 0;
  let elapsed = 0;
  /** Counts everything that could be the beginning of more. */
  let activity = 0;
  let advancing = false;

  function wakeAfter(delayMs: number, wake: () => void): () => void {
    activity += 1;
    const timer = { at: elapsed + Math.max(0, delayMs), wake };
    timers.splice(placeOf(timer.at), 0, timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  }

  function placeOf(at: number): number {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((timers[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async function settled(): Promise<void> {
    for (;;) {
      await quiet();
      if (inFlight.size > 0) {
        if (await isStuckInFlight()) return;
      } else if (handlers.size <= sleepers) return;
      else if (!(await endsWithinMs(patienceMs))) handlers.clear();
    }
  }

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; ) {
      const before = activity;
      await new Promise((resolve) => setImmediate(resolve));
      turns = activity === before ? turns + 1 : 0;
    }
  }

  /** Waits for a piece of work to end, or (true) for all of it to be stuck. */
  async function isStuckInFlight(): Promise<boolean> {
    if (isStuck === undefined) return !(await endsWithinMs(undefined));
    for (const before = activity; activity === before; ) {
      if (!(await endsWithinMs(stuckCheckMs)) && (await isStuck(inFlight.size))) return activity === before;
    }
    return false;
  }

  /** Whether a piece of work ended within so many real milliseconds. */
  function endsWithinMs(limitMs: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = limitMs === undefined ? undefined : setTimeout(() => resolve(false), limitMs);
      waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  function begin(works: Set<symbol>): () => void {
    const work = Symbol('work');
    activity += 1;
    works.add(work);
    return () => {
      activity += 1;
      works.delete(work);
      for (const resolve of waiting.splice(0)) resolve();
    };
  }

  /** Moves to the first timer and sets it off; false when none is due by `limit`, or in the millisecond after. */
  async function step(limit: number): Promise<boolean> {
    await settled();
    const next = timers[0];
    if (next === undefined || Math.floor(next.at) > limit) return false;
    timers.shift();
    elapsed = Math.max(elapsed, next.at);
    activity += 1;
    next.wake();
    return true;
  }

  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (advancing) throw new Error('Time is passing already: await the call before this one.');
    advancing = true;
    try {
      return await work();
    } finally {
      advancing = false;
    }
  }

  return {
    now: () => startAt.getTime() + elapsed,
    elapsed: () => elapsed,
    wakeAfter,
    settled,
    advanceBy: (durationMs) =>
      exclusively(async () => {
        const end = elapsed + durationMs;
        while (await step(end));
        elapsed = Math.max(elapsed, end);
        await settled();
      }),
    runUntil: (isReached, limitMs = yearMs) =>
      exclusively(async () => {
        const limit = elapsed + limitMs;
        await settled();
        while (!(await isReached())) {
          if (!(await step(limit))) return isReached();
          await settled();
        }
        return true;
      }),
    runUntilIdle: (horizonMs = dayMs) =>
      exclusively(async () => {
        while (await step(elapsed + horizonMs));
      }),
    sleep(delayMs) {
      sleepers += 1;
      activity += 1;
      // who waits for work to end looks again: there may be none left but sleepers
      for (const look of waiting.splice(0)) look();
      return new Promise((resolve) => {
        wakeAfter(delayMs, () => {
          sleepers -= 1;
          resolve();
        });
      });
    },
    standStill: () => begin(inFlight),
    during(work) {
      const end = begin(handlers);
      work.then(end, end);
    },
  };
}
