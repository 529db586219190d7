import { type Advanced, advance, listOpenLeases, WorkerLost } from '../lifecycle/3-advance/advance.ts';
import { isConnectionLoss, isRefusedValue, isServerTrouble } from '../postgres/sqlstate.ts';
import type { Receiver } from '../receiver.ts';
import { createAttempts } from './attempts.ts';
import { createHeldSteps } from './held-steps.ts';
import { createOutbox, type Ended } from './outbox.ts';
import type { ServedQueues } from './queues.ts';
import type { TaskCache } from './task-cache.ts';
import { createTimers } from './timers.ts';
import { unstorable } from './unstorable.ts';
import { createWakeUp } from './wake-up.ts';
import type { WorkerDeps } from './worker-deps.ts';

/**
 * A worker works in shifts: from being registered to leaving, or to being declared lost. Everything here belongs to
 * one identity; what a lost one held runs elsewhere, so nothing of it is carried over.
 *
 * The loop: hand in what became of the steps held, take new ones. One call does both. Outcomes gather while the calls
 * before are under way: at low load a step is recorded the moment it ends, at high load hundreds share a commit. Steps
 * that its outcomes open come straight back and run from the cache; steps that wait are taken when there is room, and
 * looked for only when something says that there may be some.
 */
export interface Shift extends Receiver {
  readonly workerId: number;
  start(): void;
  /** There may be work. */
  wake(): void;
  /** Leases as the database lists them: takes on what a lost answer handed out, stops what an operator took. */
  reconcile(leases: readonly number[], revoked: readonly number[]): Promise<void>;
  /** Finishes what runs, for up to `patienceMs`, then aborts it and hands it back. */
  finish(patienceMs: number): Promise<void>;
  /** Ends the patience of `finish`. */
  hurry(): void;
  /** The identity is no longer ours: stops everything and forgets it. */
  abandon(reason: Error): void;
}

export interface ShiftDeps extends WorkerDeps {
  readonly cache: TaskCache;
  readonly queues: ServedQueues;
  readonly onLost: (reason: WorkerLost) => void;
}

/** Calls under way at most: the second is prepared here while the first is in the database. */
const lanes = 2;
/** Outcomes in one call at most. */
const outcomesLimit = 1000;
/** Every so many calls, while more waits than there is room for, what a call opens queues behind it: long tasks starve nobody. */
const fairTurn = 8;
/** Pauses between tries while the database does not answer, milliseconds. */
const retryPause = { first: 50, most: 2_000 };
/** Until a due step that an operator held is looked for again, milliseconds. */
const heldPauseMs = 50;
/** How long aborted attempts are waited for when a shift ends, milliseconds. */
const handBackMs = 5_000;

interface Call {
  readonly sent: readonly Ended[];
  readonly emptyLeases: readonly number[];
  /** Steps that may come back. */
  readonly budget: number;
  /** Of these, so many may be ones that the call itself opens. */
  readonly keep: number;
  /** Look for steps that wait, too. */
  readonly take: boolean;
  readonly wakeUps: number;
}

export function createShift(deps: ShiftDeps, workerId: number): Shift {
  const { db, clock, settings, cache, queues, listener } = deps;
  const held = createHeldSteps();
  const outbox = createOutbox();
  const activity = createWakeUp();
  const timers = createTimers(clock, (error) => {
    listener.onWarning('a round failed; the next one follows', error);
  });
  const inFlight = new Set<number>();
  let phase: 'working' | 'finishing' | 'handing back' | 'over' = 'working';
  /** While finishing: what runs is waited for. */
  let patient = true;
  let hurried = false;
  let seq = 0;
  let turn = 0;
  /** Steps that calls under way may bring. */
  let promised = 0;
  let mayHaveWork = true;
  /** The last look found more than there was room for, or no room to look. */
  let crowded = false;
  let wakeUps = 0;
  let dueAt = Number.POSITIVE_INFINITY;

  const attempts = createAttempts({
    ...deps,
    held,
    persist,
    // more than there is room for comes when leases turn up that a lost answer had handed out
    mayBegin: () => phase === 'working' && attempts.running <= settings.concurrency,
    workerId,
    onRecorded(ended, advanced) {
      if (phase === 'over') return;
      recorded(ended);
      letGo(ended, [ended.held.lease]);
      finishTasks([ended], advanced.finished);
      wake();
    },
    onEnded(ended) {
      if (phase === 'over') return;
      outbox.put(ended);
      activity.wake();
    },
  });

  async function runLane(): Promise<void> {
    while (phase !== 'over') {
      const call = nextCall();
      if (call === undefined) await activity.wait();
      else await makeCall(call);
      // lets handlers that wait for nothing end first, so that their outcomes share the next call
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  function nextCall(): Call | undefined {
    const free = phase === 'working' ? freeSlots() : 0;
    const take = mayHaveWork && free > 0 && queues.ids.length > 0;
    if (outbox.isEmpty && !(take && promised === 0)) return undefined;
    turn += 1;
    const keep = crowded && take && turn % fairTurn === 0 ? 0 : free;
    promised += free;
    return { ...outbox.take(outcomesLimit), budget: free, keep, take, wakeUps };
  }

  const freeSlots = () => Math.max(0, settings.concurrency - attempts.running - promised);

  async function makeCall(call: Call): Promise<void> {
    try {
      await send(call);
    } catch (error) {
      if (phase === 'over') return;
      if (error instanceof WorkerLost) deps.onLost(error);
      else await afterRefusal(call, error);
    } finally {
      promised -= call.budget;
    }
  }

  /** Says it until the database has heard it. An answer that got lost is looked for before it is said again. */
  async function send(call: Call): Promise<void> {
    for (let doubtful = false; !isOver(); doubtful = true) {
      const lease = ++seq;
      const closed = [...held.closedBy(call.sent.map((each) => each.held)), ...call.emptyLeases];
      inFlight.add(lease);
      try {
        const advanced = await advance(db, clock, {
          workerId,
          seq: lease,
          outcomes: call.sent.map((each) => each.outcome),
          closed,
          keep: Math.min(call.keep, roomFor(call)),
          want: roomFor(call),
          queues: call.take ? queues.ids : [],
          servesQueue: (queue) => queues.has(queue),
          doubtful,
        });
        if (!isOver()) apply(call, lease, closed, advanced);
        return;
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        listener.onWarning('the database does not answer; trying again', error);
        await persist(() => adopt([lease]));
      } finally {
        inFlight.delete(lease);
      }
    }
  }

  /** Less than was promised when a lost answer turns out to have brought some already. */
  function roomFor(call: Call): number {
    return Math.max(0, Math.min(call.budget, settings.concurrency - attempts.running - (promised - call.budget)));
  }

  function apply(call: Call, lease: number, closed: readonly number[], advanced: Advanced): void {
    const refused = new Set(advanced.refused);
    for (const each of call.sent) {
      if (refused.has(each.outcome)) listener.onRefused(each.outcome);
      else recorded(each);
    }
    attempts.takeOn([...advanced.kept, ...advanced.taken], lease, advanced.edits);
    for (const each of call.sent) letGo(each, closed);
    finishTasks(call.sent, advanced.finished);
    if (call.take) crowded = !advanced.dry;
    if (call.take && advanced.dry && call.wakeUps === wakeUps) mayHaveWork = false;
    // what is due and was not handed out is in somebody's hands just now
    if (advanced.nextDueMs !== undefined) wakeWhenDue(advanced.nextDueMs > 0 ? advanced.nextDueMs : heldPauseMs);
    if (advanced.leftWaiting > 0) listener.onWorkLeft();
    activity.wake();
  }

  function recorded({ task, outcome }: Ended): void {
    if (outcome.kind === 'complete') cache.addResult(task, outcome.step, outcome.result);
    if (outcome.kind === 'skip') cache.addResult(task, outcome.step, null);
    if (outcome.kind === 'release') listener.onWorkLeft();
    if (outcome.kind === 'error' && outcome.retryMs !== null) wakeWhenDue(outcome.retryMs);
    listener.onRecorded(outcome, task);
  }

  function letGo({ held: step, task }: Ended, closed: readonly number[]): void {
    const emptied = held.remove(step);
    if (emptied !== undefined && !closed.includes(emptied)) outbox.putEmptyLease(emptied);
    cache.letGo(task);
  }

  /** A task ends by one of the outcomes that were sent; it may have left the cache with that. */
  function finishTasks(sent: readonly Ended[], finished: Advanced['finished']): void {
    if (finished.length === 0) return;
    const tasks = new Map(sent.map(({ task }) => [task.id, task]));
    for (const { taskId, state } of finished) {
      cache.drop(taskId);
      const task = tasks.get(taskId);
      if (task !== undefined) listener.onFinished(task, state);
    }
  }

  /**
   * The database refused a call. If that may be the fault of one of its outcomes, each goes again by itself, and the
   * one that cannot be stored ends as an error that can. Whatever else it is, outcomes are kept until they are taken.
   */
  async function afterRefusal(call: Call, error: unknown): Promise<void> {
    for (const lease of call.emptyLeases) outbox.putEmptyLease(lease);
    const refused = isServerTrouble(error) ? call.sent : await sendSingly(call.sent);
    if (refused.length === 0 && call.sent.length > 0) return;
    listener.onWarning('a call was refused; trying again', error);
    outbox.putBack(refused);
    await timers.pause(retryPause.most);
  }

  /** Returns those that were refused although nothing seems to be wrong with them. */
  async function sendSingly(sent: readonly Ended[]): Promise<Ended[]> {
    const refused: Ended[] = [];
    for (const each of sent) if (!(await sendAlone(each))) refused.push(each);
    return refused;
  }

  async function sendAlone(ended: Ended): Promise<boolean> {
    try {
      await send({ sent: [ended], emptyLeases: [], budget: 0, keep: 0, take: false, wakeUps });
      return true;
    } catch (error) {
      if (error instanceof WorkerLost) deps.onLost(error);
      if (isOver()) return true;
      const { outcome } = ended;
      if (outcome.kind !== 'complete' || !isRefusedValue(error)) return false;
      listener.onWarning('a result could not be stored; its step fails', error);
      return sendAlone({ ...ended, outcome: unstorable(outcome, error) });
    }
  }

  /** Takes on what the database lists in leases of ours that we know nothing of. */
  async function adopt(leases: readonly number[]): Promise<void> {
    const open = await listOpenLeases(db, workerId, leases);
    if (phase === 'over') return;
    for (const { seq: lease, steps, edits } of open) {
      if (steps.length === 0) outbox.putEmptyLease(lease);
      else attempts.takeOn(steps, lease, edits);
    }
    activity.wake();
  }

  /** Repeats until the database answers; undefined when the shift ended meanwhile. */
  async function persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = retryPause.first; phase !== 'over'; pauseMs = Math.min(2 * pauseMs, retryPause.most)) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLoss(error)) listener.onWarning('the database refuses; trying again', error);
        await timers.pause(pauseMs);
      }
    }
    return undefined;
  }

  function wake(): void {
    wakeUps += 1;
    mayHaveWork = true;
    activity.wake();
  }

  /** One timer stands for the earliest. */
  function wakeWhenDue(delayMs: number): void {
    const at = clock.elapsed() + delayMs;
    if (at >= dueAt) return;
    dueAt = at;
    timers.after(delayMs, () => {
      if (dueAt === at) dueAt = Number.POSITIVE_INFINITY;
      wake();
    });
  }

  const isOver = () => phase === 'over';
  const isIdle = () => attempts.running === 0 && outbox.isEmpty && inFlight.size === 0;

  async function untilIdle(patienceMs: number): Promise<void> {
    patient = true;
    const stopWaiting = timers.after(patienceMs, losePatience);
    while (patient && !isOver() && !isIdle()) await activity.wait();
    stopWaiting();
  }

  function losePatience(): void {
    patient = false;
    activity.wake();
  }

  function abortAll(reason: Error): void {
    for (const step of held.all()) step.attempting?.stop(reason);
  }

  function end(): void {
    phase = 'over';
    timers.clear();
    activity.wake();
  }

  return {
    workerId,
    start() {
      for (let lane = 1; lane <= lanes; lane++) {
        runLane().catch((error: unknown) => {
          listener.onWarning('a worker lane broke', error);
        });
      }
    },
    wake,
    reserve(wanted) {
      const steps = wanted.length;
      if (phase !== 'working' || crowded || freeSlots() < steps || !wanted.every((queue) => queues.has(queue))) {
        return undefined;
      }
      const lease = ++seq;
      inFlight.add(lease);
      promised += steps;
      const end = () => {
        inFlight.delete(lease);
        promised -= steps;
        activity.wake();
      };
      return {
        workerId,
        lease,
        release: end,
        accept(first) {
          end();
          if (phase === 'over') return;
          attempts.takeOn(first, lease, []);
          activity.wake();
        },
      };
    },
    async reconcile(leases, revoked) {
      const known = new Set([...held.leases(), ...inFlight]);
      const unknown = leases.filter((lease) => !known.has(lease) && lease <= seq);
      if (unknown.length > 0) await adopt(unknown);
      if (revoked.length > 0) await dropRevoked(revoked);
    },
    async finish(patienceMs) {
      if (phase !== 'working') return;
      phase = 'finishing';
      await untilIdle(hurried ? 0 : patienceMs);
      if (phase === 'finishing') phase = 'handing back';
      abortAll(new Error('the worker is stopping'));
      await untilIdle(handBackMs);
      end();
    },
    hurry() {
      hurried = true;
      if (phase === 'finishing') losePatience();
    },
    abandon(reason) {
      end();
      abortAll(reason);
      for (const { task } of held.all()) if (task !== undefined) cache.letGo(task);
    },
  };

  async function dropRevoked(leases: readonly number[]): Promise<void> {
    const open = await listOpenLeases(db, workerId, leases);
    const ours = new Set(
      open.flatMap(({ seq: lease, steps }) => steps.map((step) => `${lease} ${step.taskId} ${step.step}`)),
    );
    for (const lease of leases) {
      for (const step of held.inLease(lease)) {
        if (!ours.has(`${lease} ${step.taskId} ${step.step}`))
          step.attempting?.stop(new Error('the step was taken away'));
      }
    }
  }
}
