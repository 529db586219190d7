import { WorkerLost } from '../lifecycle/3-advance/advance.ts';
import { isConnectionLoss } from '../postgres/sqlstate.ts';
import type { Receiver } from '../receiver.ts';
import { createServedQueues } from './queues.ts';
import { recordWorkerState, registerWorker, sendHeartbeat } from './registration.sql.ts';
import { createShift, type Shift } from './shift.ts';
import { createTaskCache, type TaskHeader } from './task-cache.ts';
import { createTimers } from './timers.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Runs steps of the namespaces and handlers it serves, until it is stopped. */
export interface Worker extends Receiver {
  start(): Promise<void>;
  /** There may be work. */
  wake(): void;
  /** A task was submitted in this process: running its steps needs no look-up. */
  remember(task: TaskHeader): void;
  /** An operator may have taken steps from this worker: looks now instead of at the next heartbeat. */
  checkRevoked(): void;
  /** Handlers or templates were added. */
  refreshQueues(): Promise<void>;
  /** Finishes what runs (or aborts it after `shutdownMs`, at once with `abort`), hands back the rest, and leaves. Called again with `abort`, it waits no longer. */
  stop(options?: { readonly abort?: boolean }): Promise<void>;
}

export function createWorker(deps: WorkerDeps): Worker {
  const { db, clock, settings, listener } = deps;
  const cache = createTaskCache(settings.cacheBytes);
  const queues = createServedQueues(deps);
  const timers = createTimers(clock, onRoundFailed);
  let shift: Shift | undefined;
  let beginning: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  /** Counts what may have changed the queues to serve. */
  let additions = 0;

  /** While the database is away there is nothing to report: the calls do. */
  function onRoundFailed(error: unknown): void {
    if (!isConnectionLoss(error)) listener.onWarning('a heartbeat failed; the next one follows', error);
  }

  /** One at a time: a heartbeat and somebody's question may both find that there is none. */
  function beginShift(): Promise<void> {
    beginning ??= begin().finally(() => {
      beginning = undefined;
    });
    return beginning;
  }

  async function begin(): Promise<void> {
    const { namespaces, concurrency, leaseMs } = settings;
    const workerId = await registerWorker(db, { name: deps.name, namespaces, concurrency, leaseMs });
    for (let seen = -1; seen !== additions; ) {
      seen = additions;
      await queues.refresh(workerId);
    }
    shift = createShift({ ...deps, cache, queues, onLost }, workerId);
    shift.start();
  }

  /** Everything the shift held runs elsewhere by now: it ends here, and another begins under another identity. */
  function onLost(reason: WorkerLost): void {
    if (shift === undefined) return;
    listener.onWarning('this worker was declared lost; what it ran is run elsewhere, and it registers anew', reason);
    shift.abandon(reason);
    shift = undefined;
  }

  async function beat(): Promise<void> {
    if (shift !== undefined) await beatOf(shift);
    if (shift === undefined && stopping === undefined) await beginShift();
  }

  async function beatOf(current: Shift): Promise<void> {
    const { alive, leases, revoked, newestQueue } = await sendHeartbeat(db, current.workerId);
    if (shift !== current) return;
    if (!alive) return onLost(new WorkerLost('the worker was declared lost'));
    await current.reconcile(leases, revoked);
    if (newestQueue > queues.newest && (await queues.refresh(current.workerId))) current.wake();
  }

  async function leave({ abort = false }: { readonly abort?: boolean }): Promise<void> {
    // a beginning that failed has nothing to leave
    await beginning?.catch(() => undefined);
    const last = shift;
    // the heartbeat goes on meanwhile: what runs is finished under its lease
    await last?.finish(abort ? 0 : settings.shutdownMs);
    timers.clear();
    if (last === undefined || shift !== last) return;
    shift = undefined;
    // if it cannot be said, its heartbeat runs out
    await recordWorkerState(db, last.workerId, 'stopped').catch((error: unknown) => {
      listener.onWarning('the worker could not sign off', error);
    });
  }

  return {
    async start() {
      await beginShift();
      timers.every(settings.leaseMs / 3, beat);
      timers.every(settings.pollMs, async () => shift?.wake());
    },
    reserve: (wanted) => shift?.reserve(wanted),
    wake: () => shift?.wake(),
    remember: (task) => {
      if (cache.get(task.id) === undefined) cache.add(task);
    },
    checkRevoked: () => {
      if (shift !== undefined) beatOf(shift).catch(onRoundFailed);
    },
    async refreshQueues() {
      additions += 1;
      if (shift !== undefined && (await queues.refresh(shift.workerId))) shift.wake();
    },
    stop: (options = {}) => {
      if (options.abort) shift?.hurry();
      stopping ??= leave(options);
      return stopping;
    },
  };
}
