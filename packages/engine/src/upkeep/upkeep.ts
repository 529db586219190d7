import type { Clock, Random } from '../clock.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { isConnectionLoss, isSerialization } from '../postgres/sqlstate.ts';
import { closeWeeks } from './close-weeks.ts';
import { dropGraphs } from './drop-graphs.ts';
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

/** Between two looks for lost workers at most; one that will be overdue sooner is looked at then. */
const lookMs = 5_000;
const housekeepingMs = 3_600_000;
/** After housekeeping that came to nothing. */
const housekeepingAgainMs = 60_000;

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { db } = deps;
  // each at its own pace: the removal of history may have to wait for somebody's transaction, lost steps may not
  const rounds = [createRounds(deps, recoverLost), createRounds(deps, keepHouse)];

  /** Returns how long to wait before the next look. */
  async function recoverLost(): Promise<number> {
    const lost = await attempt(deps, () => findLostWorkers(db));
    for (const workerId of lost?.workerIds ?? []) await attempt(deps, () => recover(workerId));
    // a moment later than they are due: their last heartbeat may be on its way
    return Math.min(lookMs, (lost?.nextMs ?? lookMs) + 10);
  }

  async function recover(workerId: number): Promise<void> {
    const recovered = await recoverWorker(deps, workerId);
    if (recovered !== undefined) deps.onRecovered(recovered);
  }

  async function keepHouse(): Promise<number> {
    const isDone = await attempt(deps, async () => {
      await ensurePartitions(db);
      if (deps.retentionDays !== undefined) await dropHistory(db, deps.retentionDays);
      await dropGraphs(db);
      await closeWeeks(db);
      return true;
    });
    return isDone ? housekeepingMs : housekeepingAgainMs;
  }

  return {
    start() {
      for (const each of rounds) each.start();
    },
    async stop() {
      await Promise.all(rounds.map((each) => each.stop()));
    },
  };
}

/** Undefined when it failed; the next round comes, so an outage or a race for locks is nothing to report. */
async function attempt<T>({ onWarning }: UpkeepDeps, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectionLoss(error) && !isSerialization(error)) onWarning('upkeep failed; it is tried again', error);
    return undefined;
  }
}

/** @param work never rejects; resolves to how long to wait before it is done again */
function createRounds({ clock }: UpkeepDeps, work: () => Promise<number>) {
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    const pauseMs = await work();
    if (!stopped) cancel = clock.wakeAfter(pauseMs, start);
  }

  function start(): void {
    running = run();
  }

  return {
    start,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
