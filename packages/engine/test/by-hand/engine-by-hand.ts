import type { Json, TemplateDocument } from '@tasker/contract';
import { type Control, createControl } from '../../src/control/control.ts';
import type { RegisteredPlan } from '../../src/graph/registered-plan.ts';
import { createPlanStore } from '../../src/lifecycle/1-template/plan-store.ts';
import { prepareTask, writeTasks } from '../../src/lifecycle/2-submission/submit-tasks.ts';
import { createTaskIds } from '../../src/lifecycle/2-submission/task-id.ts';
import type { TaskRequest } from '../../src/lifecycle/2-submission/task-request.ts';
import { advance, type StepEdit } from '../../src/lifecycle/3-advance/advance.ts';
import { passOver } from '../../src/lifecycle/3-advance/pass-over.ts';
import type { StepInLease, StepOutcome } from '../../src/lifecycle/3-advance/step-outcome.ts';
import type { Database } from '../../src/postgres/database.ts';
import { installSettableClock, setDatabaseTime } from '../../src/testing/settable-clock.ts';
import { recoverWorker } from '../../src/upkeep/recover-worker.ts';

/**
 * The engine without anything that moves by itself: a test submits tasks, hands steps to workers and says what became
 * of them, and time passes when the test says so. For what is read off the database at each moment in between.
 */
export interface EngineByHand {
  readonly db: Database;
  readonly control: Control;
  readonly now: () => Date;
  readonly pass: (durationMs: number) => Promise<void>;
  readonly register: (document: TemplateDocument) => Promise<RegisteredPlan>;
  /** Returns the id of the task. */
  readonly submit: (registered: RegisteredPlan, request?: Partial<TaskRequest>) => Promise<string>;
  readonly addWorker: (options?: WorkerByHandOptions) => Promise<WorkerByHand>;
  /** What any engine does with a worker that was not heard of for as long as its leases last; false: it was. */
  readonly recoverWorker: (workerId: number) => Promise<boolean>;
  /** As if there had never been a worker or a task: for the next test on the same database. */
  readonly clear: () => Promise<void>;
}

export interface WorkerByHandOptions {
  readonly name?: string;
  /** Default: all there are. */
  readonly namespaces?: readonly string[];
  /** Handlers it has; default: all there are. */
  readonly handlers?: readonly string[];
  /** Default 15,000. */
  readonly leaseMs?: number;
  readonly concurrency?: number;
}

export interface WorkerByHand {
  readonly id: number;
  readonly name: string;
  readonly leaseMs: number;
  /** Takes up to so many steps (default 1) that wait, in one lease. */
  take(want?: number): Promise<StepInLease[]>;
  complete(step: StepInLease, result?: Json): Promise<void>;
  /** @param retryMs when to try again; default: never */
  fail(
    step: StepInLease,
    options?: { retryMs?: number; code?: string; message?: string; class?: string },
  ): Promise<void>;
  /** Ends a step that is not to be run, because it is to be skipped or an operator settled or cancelled it. */
  passOver(step: StepInLease): Promise<void>;
  /** Hands a step back unrun. */
  release(step: StepInLease): Promise<void>;
  beat(): Promise<void>;
}

export async function engineByHand(db: Database, startAt = new Date('2030-01-01T00:00:00Z')): Promise<EngineByHand> {
  let now = startAt.getTime();
  await installSettableClock(db, startAt);
  await db.query({
    text: `select tasker.ensure_partitions(tasker.now() - interval '1 day', tasker.now() + interval '30 days')`,
  });
  const plans = createPlanStore(db);
  const nextId = createTaskIds(() => now, Math.random);
  const known = new Map<number, RegisteredPlan>();
  const registeredOf = new Map<string, RegisteredPlan>();
  const clock = { now: () => now, elapsed: () => now, wakeAfter: () => () => undefined };
  const loadPlan = async (revisionId: number) => known.get(revisionId) ?? plans.load(revisionId);

  async function addWorker(options: WorkerByHandOptions = {}): Promise<WorkerByHand> {
    const { name = 'worker', namespaces = [], handlers, leaseMs = 15_000, concurrency = 10 } = options;
    const [worker] = await db.query<{ id: number }>(
      {
        text: `insert into tasker.worker (name, namespaces, queues, concurrency, lease_ms, started_at, heartbeat_at)
               values ($1, $2::text[], '{}', $3, $4, tasker.now(), tasker.now()) returning id`,
      },
      [name, literal(namespaces), concurrency, leaseMs],
    );
    if (worker === undefined) throw new Error('no worker');
    const { id } = worker;
    let queues = await learnQueues(id, handlers);
    let seq = 0;
    const edits = new Map<string, StepEdit>();
    /** By lease: how many of its steps have no outcome yet. */
    const openIn = new Map<number, number>();

    async function call(outcomes: StepOutcome[], closed: number[], want: number) {
      seq += 1;
      const advanced = await advance(db, clock, {
        workerId: id,
        seq,
        outcomes,
        closed,
        keep: 0,
        want,
        queues: want === 0 ? [] : queues,
        servesQueue: (queue) => queues.includes(queue),
        doubtful: false,
      });
      for (const edit of advanced.edits) edits.set(`${edit.task} ${edit.step}`, edit);
      return advanced.taken;
    }

    /** The last outcome of a lease closes it. */
    async function end(outcome: StepOutcome): Promise<void> {
      const left = (openIn.get(outcome.lease) ?? 1) - 1;
      openIn.set(outcome.lease, left);
      await call([outcome], left === 0 ? [outcome.lease] : [], 0);
    }

    return {
      id,
      name,
      leaseMs,
      async take(want = 1) {
        queues = await learnQueues(id, handlers);
        const taken = await call([], [], want);
        if (taken.length > 0) openIn.set(seq, taken.length);
        return taken.map((step) => {
          const registered = registeredOf.get(step.taskId);
          if (registered === undefined) throw new Error(`task ${step.taskId} is unknown here`);
          return { ...step, registered, priority: 0, lease: seq };
        });
      },
      complete: (step, result = {}) =>
        end({
          ...step,
          kind: 'complete',
          beganAt: now,
          endedAt: now,
          result: JSON.stringify(result),
          metadata: null,
          annotations: null,
        }),
      fail(step, { retryMs, code, message = 'it broke', class: errorClass = 'Error' } = {}) {
        const error = JSON.stringify({ message, class: errorClass, ...(code === undefined ? {} : { code }) });
        const verdict = { maxAttempts: 1, why: retryMs === undefined ? 'exhausted' : 'policy' } as const;
        return end({ ...step, kind: 'error', beganAt: now, endedAt: now, error, retryMs: retryMs ?? null, verdict });
      },
      async passOver(step) {
        const outcome = passOver(step, edits.get(`${step.taskId} ${step.step}`));
        if (outcome === undefined) throw new Error('the step is to be run');
        await end(outcome);
      },
      release: (step) => end({ ...step, kind: 'release' }),
      beat: async () =>
        void (await db.query({ text: 'update tasker.worker set heartbeat_at = tasker.now() where id = $1' }, [id])),
    };
  }

  async function learnQueues(workerId: number, handlers: readonly string[] | undefined): Promise<number[]> {
    const [row] = await db.query<{ queues: number[] }>(
      {
        text: `update tasker.worker w
                  set queues = array(select q.id from tasker.queue q join tasker.namespace n on n.id = q.namespace_id
                                      where ($2::text[] is null or q.handler = any($2))
                                        and (cardinality(w.namespaces) = 0 or n.name = any(w.namespaces)))
                where w.id = $1 returning w.queues`,
      },
      [workerId, handlers === undefined ? null : literal(handlers)],
    );
    return row?.queues ?? [];
  }

  return {
    db,
    control: createControl({ db, loadPlan, onChanged: () => undefined }),
    now: () => new Date(now),
    async pass(durationMs) {
      now += durationMs;
      await setDatabaseTime(db, new Date(now));
    },
    async register(document) {
      const registered = await plans.register(document);
      known.set(registered.revisionId, registered);
      return registered;
    },
    async submit(registered, request = {}) {
      const { namespace, name, version } = registered.plan;
      const prepared = prepareTask(nextId(), registered, { namespace, name, version, context: {}, ...request });
      await db.transaction((tx) => writeTasks(tx, [prepared]));
      registeredOf.set(prepared.task.id, registered);
      return prepared.task.id;
    },
    addWorker,
    recoverWorker: async (id) => (await recoverWorker({ db, clock, random: () => 0.5, loadPlan }, id)) !== undefined,
    clear: () =>
      db.script(`truncate tasker.ready, tasker.lease, tasker.join_counter, tasker.step_edit, tasker.worker, tasker.task,
                          tasker.task_outcome, tasker.attempt, tasker.action`),
  };
}

const literal = (values: readonly string[]) => `{${values.map((value) => JSON.stringify(value)).join(',')}}`;
