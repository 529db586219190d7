import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { WaitTimedOut } from '../errors.ts';
import type { Database } from '../postgres/database.ts';
import { isConnectionLoss } from '../postgres/sqlstate.ts';
import { findOutcomes } from '../views/find-outcomes.sql.ts';
import type { Outcome, UntypedResults } from './tasker.ts';

/**
 * Callers who wait for tasks to end. One query asks for all of them: at once when a worker of this process or a
 * notification says that something has ended, and every now and then in case nobody said it.
 */
export interface OutcomeWaiters {
  wait(taskId: string, timeoutMs: number | undefined): Promise<Outcome<UntypedResults>>;
  /** A task ended here, and this is how: no query needed. Kept a while for callers who wait only now. */
  settle(taskId: string, outcome: () => Outcome<UntypedResults>, bytes: number): void;
  /** Some task ended somewhere. */
  look(): void;
  stop(reason: Error): void;
}

interface Waiter {
  resolve(outcome: Outcome<UntypedResults>): void;
  reject(reason: Error): void;
}

/** Room for outcomes that nobody has asked for yet. */
const keptBytes = 16 * 1024 * 1024;
/** The net under notifications. With what a worker asks at rest it makes less than one query a second. */
const pollMs = { first: 250, most: 4_000 };

export function createOutcomeWaiters(db: Database, clock: Clock): OutcomeWaiters {
  const waiters = new Map<string, Set<Waiter>>();
  const kept = new LRUCache<string, () => Outcome<UntypedResults>>({ maxSize: keptBytes });
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped: Error | undefined;
  let pause = pollMs.first;
  let cancelPoll: (() => void) | undefined;

  function look(): void {
    if (waiters.size === 0) return;
    if (looking) again = true;
    else {
      looking = ask().finally(() => {
        looking = undefined;
        if (!again) return;
        again = false;
        look();
      });
    }
  }

  async function ask(): Promise<void> {
    try {
      const outcomes = await findOutcomes(db, [...waiters.keys()]);
      for (const { taskId, status, results } of outcomes) resolveAll(taskId, { status, results });
    } catch (error) {
      if (!isConnectionLoss(error)) return rejectAll(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function poll(): void {
    if (cancelPoll !== undefined || waiters.size === 0) return;
    cancelPoll = clock.wakeAfter(pause, () => {
      cancelPoll = undefined;
      pause = Math.min(2 * pause, pollMs.most);
      look();
      poll();
    });
  }

  function resolveAll(taskId: string, outcome: Outcome<UntypedResults>): void {
    const waiting = waiters.get(taskId);
    waiters.delete(taskId);
    for (const waiter of waiting ?? []) waiter.resolve(outcome);
  }

  function rejectAll(reason: Error): void {
    for (const waiting of waiters.values()) for (const waiter of waiting) waiter.reject(reason);
    waiters.clear();
  }

  return {
    wait(taskId, timeoutMs) {
      const known = kept.get(taskId);
      if (known !== undefined) return Promise.resolve(known());
      if (stopped !== undefined) return Promise.reject(stopped);
      return new Promise((resolve, reject) => {
        const waiting = waiters.get(taskId) ?? new Set();
        waiters.set(taskId, waiting);
        const forget = () => {
          waiting.delete(waiter);
          if (waiting.size === 0 && waiters.get(taskId) === waiting) waiters.delete(taskId);
        };
        const cancel =
          timeoutMs === undefined
            ? undefined
            : clock.wakeAfter(timeoutMs, () => {
                forget();
                reject(new WaitTimedOut(`Task ${taskId}`, timeoutMs));
              });
        const waiter: Waiter = {
          resolve(outcome) {
            cancel?.();
            resolve(outcome);
          },
          reject(reason) {
            cancel?.();
            reject(reason);
          },
        };
        waiting.add(waiter);
        if (waiters.size === 1) pause = pollMs.first;
        poll();
      });
    },
    settle(taskId, outcome, bytes) {
      if (waiters.has(taskId)) resolveAll(taskId, outcome());
      else kept.set(taskId, outcome, { size: bytes });
    },
    look,
    stop(reason) {
      stopped = reason;
      cancelPoll?.();
      rejectAll(reason);
    },
  };
}
