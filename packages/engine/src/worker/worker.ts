import type { Clock, Random } from '../clock.ts';
import type { PlanStep } from '../graph/plan.ts';
import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import {
  type Advanced,
  advance,
  type HandedStep,
  listOpenLeases,
  type StepEdit,
  WorkerLost,
} from '../lifecycle/3-advance/advance.ts';
import type { StepInLease, StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { AttemptEnd, StartAttempt } from '../lifecycle/4-execution/start-attempt.ts';
import type { Database } from '../postgres/database.ts';
import { isConnectionLoss } from '../postgres/sqlstate.ts';
import { decideAfterFailure } from '../states/retry.ts';
import { completeKnowledge, knowsAll } from './complete-knowledge.ts';
import { createHeldSteps, type HeldStep } from './held-steps.ts';
import {
  listQueues,
  recordServedQueues,
  recordWorkerState,
  registerWorker,
  sendHeartbeat,
} from './registration.sql.ts';
import { type CachedTask, createTaskCache, type TaskHeader } from './task-cache.ts';
import { createWakeUp } from './wake-up.ts';
import type { WorkerSettings } from './worker-options.ts';

/**
 * Runs steps: hands in what became of those it held and takes new ones, again and again.
 *
 * One call does both (`advance`). Outcomes gather while the calls before are under way: at low load a step is
 * recorded the moment it ends, at high load hundreds share a commit. Steps that its outcomes open come straight back
 * and run from the cache; steps that wait are taken when there is room, and looked for only when something says that
 * there may be some: a submission here, a notification, a due time, or the slow poll behind them.
 */
export interface Worker {
  start(): Promise<void>;
  /** There may be work. */
  wake(): void;
  /** A task was submitted in this process: running its steps needs no look-up. */
  remember(task: TaskHeader): void;
  /** An operator may have taken steps from this worker: looks now instead of at the next heartbeat. */
  checkRevoked(): void;
  /** Finishes what runs (or aborts it after `shutdownMs`, at once with `abort`), hands back the rest, and leaves. */
  stop(options?: { abort?: boolean }): Promise<void>;
}

export interface WorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly plans: PlanStore;
  readonly settings: WorkerSettings;
  readonly name: string;
  readonly servesHandler: (namespace: string, handler: string) => boolean;
  readonly startAttempt: StartAttempt;
  readonly listener: WorkerListener;
}

/** Told after the commit. */
export interface WorkerListener {
  onRecorded(outcome: StepOutcome, task: CachedTask): void;
  /** An outcome came too late: the step was taken away, or ran elsewhere. */
  onRefused(outcome: StepOutcome): void;
  onFinished(task: CachedTask, state: 'complete' | 'error'): void;
  /** Steps wait for anyone. */
  onWorkLeft(): void;
  onWarning(message: string, error?: unknown): void;
}

/** Calls under way at most: the second is prepared here while the first is in the database. */
const lanesLimit = 2;
/** Outcomes in one call at most. */
const outcomesLimit = 1000;
/** Every so many calls, while others wait, what a call opens queues behind them: long tasks starve nobody. */
const fairTurn = 8;
const reconnectMs = { first: 50, most: 2_000 };

/** A step whose attempt is over, on its way into history. */
interface Ended {
  readonly held: HeldStep;
  readonly task: CachedTask;
  readonly outcome: StepOutcome;
}

export function createWorker(deps: WorkerDeps): Worker {
  const { db, clock, random, plans, settings, listener } = deps;
  const cache = createTaskCache(settings.cacheBytes);
  const held = createHeldSteps();
  const activity = createWakeUp();
  const timers = new Set<() => void>();

  let workerId = 0;
  let seq = 0;
  let phase: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  let lanes: Promise<void>[] = [];
  let ended: Ended[] = [];
  let emptied: number[] = [];
  /** Attempts under way, and steps promised to calls that have not returned. */
  let running = 0;
  let promised = 0;
  let turn = 0;
  let mayHaveWork = true;
  let wakeUps = 0;
  let queues: number[] = [];
  let served = new Set<number>();
  let newestQueue = 0;

  // ------------------------------------------------------------------------------------------------ the loop

  async function runLane(): Promise<void> {
    while (phase !== 'stopped') {
      const call = nextCall();
      if (call === undefined) await activity.wait();
      else await makeCall(call);
      // lets handlers that need no I/O end first, so that their outcomes share the next call
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  interface Call {
    readonly sent: readonly Ended[];
    readonly emptied: readonly number[];
    readonly budget: number;
    readonly keep: number;
    readonly take: boolean;
    readonly wakeUps: number;
  }

  function nextCall(): Call | undefined {
    const budget = phase === 'running' ? Math.max(0, settings.concurrency - running - promised) : 0;
    const take = mayHaveWork && budget > 0 && queues.length > 0;
    if (ended.length === 0 && emptied.length === 0 && !(take && promised === 0)) return undefined;
    const sent = ended.slice(0, outcomesLimit);
    ended = ended.slice(outcomesLimit);
    turn += 1;
    const call = { sent, emptied, budget, keep: take && turn % fairTurn === 0 ? 0 : budget, take, wakeUps };
    emptied = [];
    promised += budget;
    return call;
  }

  async function makeCall(call: Call): Promise<void> {
    try {
      await sendCall(call, false);
    } catch (error) {
      promised -= call.budget;
      if (phase === 'stopped') return;
      if (error instanceof WorkerLost) await becomeAnew(error);
      else await onPoison(call, error);
    }
  }

  async function sendCall(call: Call, doubtful: boolean): Promise<void> {
    const lease = ++seq;
    const closed = held.closedBy(call.sent.map((each) => each.held)).concat(call.emptied);
    try {
      const advanced = await advance(db, clock, {
        workerId,
        seq: lease,
        outcomes: call.sent.map((each) => each.outcome),
        closed,
        keep: call.keep,
        want: call.budget,
        queues: call.take ? queues : [],
        servesQueue: (queue) => served.has(queue),
        doubtful,
      });
      promised -= call.budget;
      apply(call, lease, closed, advanced);
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      await recover(call, lease, error);
    }
  }

  /** The call may or may not have been committed. Finds out, adopts what it handed out, and says the rest again. */
  async function recover(call: Call, lease: number, cause: unknown): Promise<void> {
    listener.onWarning('the database does not answer; trying again', cause);
    const adopted = await persist(() => listOpenLeases(db, workerId, [lease]));
    if (adopted === undefined) return;
    for (const { seq: number, steps } of adopted) takeOn(steps, number, []);
    await sendCall({ ...call, budget: call.budget }, true);
  }

  /** Repeats until the database answers; undefined when the worker was stopped meanwhile. */
  async function persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = reconnectMs.first; phase !== 'stopped'; pauseMs = Math.min(2 * pauseMs, reconnectMs.most)) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        await pause(pauseMs);
      }
    }
    return undefined;
  }

  function apply(call: Call, lease: number, closed: readonly number[], advanced: Advanced): void {
    const refused = new Set(advanced.refused);
    for (const each of call.sent) {
      if (refused.has(each.outcome)) listener.onRefused(each.outcome);
      else settle(each);
    }
    takeOn([...advanced.kept, ...advanced.taken], lease, advanced.edits);
    for (const each of call.sent) letGo(each, closed);
    for (const { taskId, state } of advanced.finished) finish(taskId, state);
    if (call.take && advanced.dry && call.wakeUps === wakeUps) mayHaveWork = false;
    if (advanced.nextDueMs !== undefined) after(advanced.nextDueMs, wake);
    if (advanced.kept.length >= call.keep) listener.onWorkLeft();
  }

  function settle({ task, outcome }: Ended): void {
    if (outcome.kind === 'complete') cache.addResult(task, outcome.step, outcome.result);
    if (outcome.kind === 'skip') cache.addResult(task, outcome.step, null);
    listener.onRecorded(outcome, task);
  }

  function letGo({ held: step, task }: Ended, closed: readonly number[]): void {
    const empty = held.remove(step);
    if (empty !== undefined && !closed.includes(empty)) emptied.push(empty);
    cache.letGo(task);
  }

  function finish(taskId: string, state: 'complete' | 'error'): void {
    const task = cache.get(taskId);
    if (task === undefined) return;
    cache.drop(taskId);
    listener.onFinished(task, state);
  }

  // ------------------------------------------------------------------------------------------------- attempts

  /** Held from now on, whether or not it can begin yet: its lease must not be closed over it. */
  function takeOn(steps: readonly HandedStep[], lease: number, edits: readonly StepEdit[]): void {
    running += steps.length;
    const taken = steps.map((step): HeldStep => ({ ...step, lease }));
    for (const step of taken) held.add(step);
    const unknown = taken.filter((step) => !beginKnown(step, edits));
    if (unknown.length > 0) void beginUnknown(unknown, edits);
  }

  function beginKnown(step: HeldStep, edits: readonly StepEdit[]): boolean {
    const task = cache.get(step.taskId);
    if (!knowsAll(task, step.step)) return false;
    begin(step, task, edits);
    return true;
  }

  async function beginUnknown(steps: readonly HeldStep[], edits: readonly StepEdit[]): Promise<void> {
    const known = await persist(() => completeKnowledge(db, plans, cache, steps).then(() => true));
    if (known === undefined) return;
    for (const step of steps) if (!beginKnown(step, edits)) throw new Error(`task ${step.taskId} is missing`);
  }

  function begin(mine: HeldStep, task: CachedTask, edits: readonly StepEdit[]): void {
    const { step: position, attempt } = mine;
    const step = task.registered.plan.steps[position];
    if (step === undefined) throw new Error(`task ${task.id} has no step ${position}`);
    const edit = edits.find((each) => each.task === task.id && each.step === position);
    const maxAttempts = edit?.max_attempts ?? step.retry.maxAttempts;
    mine.task = task;
    cache.hold(task);
    const place = placeOf(mine, task);
    if (edit?.skip) return end(mine, task, { ...place, kind: 'skip' });
    if (phase !== 'running') return end(mine, task, { ...place, kind: 'release' });
    const beganAt = clock.elapsed();
    mine.abort = deps.startAttempt(
      { task, step, attempt, maxAttempts, inputs: edit?.inputs ?? undefined },
      (attemptEnd) => end(mine, task, toOutcome(place, step, maxAttempts, beganAt, attemptEnd)),
    );
  }

  function end(mine: HeldStep, task: CachedTask, outcome: StepOutcome): void {
    running -= 1;
    ended.push({ held: mine, task, outcome });
    activity.wake();
  }

  function toOutcome(
    place: StepInLease,
    step: PlanStep,
    maxAttempts: number,
    beganAt: number,
    attemptEnd: AttemptEnd,
  ): StepOutcome {
    if (attemptEnd.kind === 'aborted') return { ...place, kind: 'release' };
    const times = { ...place, beganAt, endedAt: clock.elapsed() };
    if (attemptEnd.kind === 'success') {
      const { resultText: result, metadataText: metadata = null } = attemptEnd;
      return { ...times, kind: 'complete', result, metadata };
    }
    const { attempt } = place;
    const decision = decideAfterFailure({ policy: step.retry, attempt, maxAttempts, failure: attemptEnd, random });
    const retryMs = decision.kind === 'retry' ? decision.delayMs : null;
    return { ...times, kind: 'error', error: JSON.stringify(attemptEnd.error), retryMs };
  }

  // ------------------------------------------------------------------------------------ what others do to us

  async function beat(): Promise<void> {
    const heartbeat = await persist(() => sendHeartbeat(db, workerId));
    if (heartbeat === undefined || phase === 'stopped') return;
    if (!heartbeat.alive) return becomeAnew(new WorkerLost('the worker was declared lost'));
    if (heartbeat.newestQueue > newestQueue) await learnQueues();
    if (heartbeat.revoked.length > 0) await dropRevoked(heartbeat.revoked);
  }

  /** Stops attempts whose steps were taken out of our leases; their outcomes would be refused anyway. */
  async function dropRevoked(leases: readonly number[]): Promise<void> {
    const open = await persist(() => listOpenLeases(db, workerId, leases));
    if (open === undefined) return;
    const ours = new Set(
      open.flatMap(({ seq: lease, steps }) => steps.map((step) => `${lease} ${step.taskId} ${step.step}`)),
    );
    for (const lease of leases) {
      for (const step of held.inLease(lease)) {
        if (!ours.has(`${lease} ${step.taskId} ${step.step}`)) step.abort?.(new Error('the step was taken away'));
      }
    }
  }

  /** Everything we held runs elsewhere by now: stop it here and start again under another identity. */
  async function becomeAnew(reason: WorkerLost): Promise<void> {
    listener.onWarning('this worker was declared lost and registers anew; what it ran is run elsewhere', reason);
    for (const step of held.all()) {
      step.abort?.(reason);
      held.remove(step);
      if (step.task) cache.letGo(step.task);
    }
    ended = [];
    emptied = [];
    await persist(register);
    mayHaveWork = true;
    activity.wake();
  }

  async function register(): Promise<void> {
    const { namespaces, concurrency, leaseMs } = settings;
    workerId = await registerWorker(db, { name: deps.name, namespaces, concurrency, leaseMs });
    newestQueue = 0;
    queues = [];
    await learnQueues();
  }

  async function learnQueues(): Promise<void> {
    for (const queue of await listQueues(db, newestQueue)) {
      newestQueue = Math.max(newestQueue, queue.id);
      const inScope = settings.namespaces.length === 0 || settings.namespaces.includes(queue.namespace);
      if (inScope && deps.servesHandler(queue.namespace, queue.handler)) queues.push(queue.id);
    }
    served = new Set(queues);
    await recordServedQueues(db, workerId, queues);
    wake();
  }

  // ---------------------------------------------------------------------------------------------- life and time

  async function onPoison(call: Call, error: unknown): Promise<void> {
    listener.onWarning('outcomes could not be recorded', error);
    await pause(reconnectMs.first);
    ended = [...call.sent, ...ended];
  }

  function wake(): void {
    wakeUps += 1;
    mayHaveWork = true;
    activity.wake();
  }

  function after(delayMs: number, work: () => void): void {
    const cancel = clock.wakeAfter(delayMs, () => {
      timers.delete(cancel);
      work();
    });
    timers.add(cancel);
  }

  function every(intervalMs: number, work: () => void | Promise<void>): void {
    const again = async () => {
      try {
        await work();
      } catch (error) {
        listener.onWarning('the worker could not do its rounds', error);
      }
      if (phase === 'running' || phase === 'stopping') after(intervalMs, () => void again());
    };
    after(intervalMs, () => void again());
  }

  const pause = (delayMs: number) => new Promise<void>((resolve) => after(delayMs, resolve));

  return {
    async start() {
      await register();
      phase = 'running';
      lanes = Array.from({ length: lanesLimit }, runLane);
      every(settings.leaseMs / 3, beat);
      every(settings.pollMs, wake);
    },
    wake,
    remember: (task) => void (cache.get(task.id) ?? cache.add(task)),
    checkRevoked: () => void beat(),
    async stop(options = {}) {
      if (phase === 'new' || phase === 'stopped') return;
      phase = 'stopping';
      void options;
      await recordWorkerState(db, workerId, 'stopped');
      phase = 'stopped';
      for (const cancel of timers) cancel();
      activity.wake();
      await Promise.all(lanes);
    },
  };
}

function placeOf({ step, attempt, lease }: HeldStep, task: CachedTask): StepInLease {
  const { id: taskId, registered, priority } = task;
  return { taskId, registered, priority, step, attempt, lease };
}
