import type { Clock, Random } from '../clock.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { isConnectionLoss, isSerialization } from '../postgres/sqlstate.ts';
import { dropHistory } from './drop-history.ts';
import { ensurePartitions } from './ensure-partitions.sql.ts';
import { findLostWorkers } from './lost-workers.sql.ts';
import { type Recovered, recoverWorker } from './recover-worker.ts';

/**
 * What keeps the database healthy without anybody asking: steps of lost workers, room in history, retention. Any
 * process does it; two at once only find less to do.
 */
export interface Upkeep {
  start(): void;
  /** One round, now. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface UpkeepDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly loadPlan: (revisionId: number, within: Queryable) => Promise<RegisteredPlan>;
  readonly retentionDays: number | undefined;
  readonly onRecovered: (recovered: Recovered) => void;
  readonly onWarning: (message: string, error: unknown) => void;
}

/** Between rounds at most; a worker that will be overdue sooner is looked at then. */
const roundMs = 5_000;
const housekeepingMs = 3_600_000;

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { db, clock } = deps;
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<void> | undefined;
  let housekeptAt = Number.NEGATIVE_INFINITY;
  let nextMs = roundMs;

  async function recoverLost(): Promise<void> {
    const lost = await findLostWorkers(db);
    // a moment later than they are due: their last heartbeat may be on its way
    nextMs = Math.min(roundMs, (lost.nextMs ?? roundMs) + 10);
    for (const workerId of lost.workerIds) {
      const recovered = await recoverWorker(deps, workerId);
      if (recovered !== undefined) deps.onRecovered(recovered);
    }
  }

  async function keepHouse(): Promise<void> {
    if (clock.elapsed() - housekeptAt < housekeepingMs) return;
    await ensurePartitions(db);
    if (deps.retentionDays !== undefined) await dropHistory(db, deps.retentionDays);
    housekeptAt = clock.elapsed();
  }

  async function round(): Promise<void> {
    try {
      await recoverLost();
      await keepHouse();
    } catch (error) {
      // the next round comes; an outage or a race for locks is nothing to report
      if (!isConnectionLoss(error) && !isSerialization(error))
        deps.onWarning('upkeep failed; it is tried again', error);
    }
  }

  function schedule(): void {
    if (stopped) return;
    cancel = clock.wakeAfter(nextMs, () => {
      running = round().then(schedule);
    });
  }

  return {
    start() {
      running = round().then(schedule);
    },
    round,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
