import { expect, it } from 'vitest';
import { graphOf } from '../../../test/scenarios/graph-of.ts';
import { describeOneDatabase, type TestDatabaseKind } from '../../../test/servers/databases.ts';
import { systemClock } from '../../clock.ts';
import type { RegisteredPlan } from '../../graph/registered-plan.ts';
import { createPlanStore } from '../1-template/plan-store.ts';
import { prepareTask, writeTasks } from '../2-submission/submit-tasks.ts';
import { createTaskIds } from '../2-submission/task-id.ts';
import { type Advanced, type AdvanceParams, advance, type HandedStep, lockLeases, WorkerLost } from './advance.ts';
import type { StepOutcome } from './step-outcome.ts';

const verdict = { maxAttempts: 3, why: 'policy' } as const;

/** The port between workers and the database, without a worker. */
async function open(kind: TestDatabaseKind, parents: Record<string, string[]>) {
  const { db } = await kind.fresh();
  await db.query({ text: `select tasker.ensure_partitions(tasker.now(), tasker.now() + interval '8 days')` });
  const registered = await createPlanStore(db).register(graphOf(parents));
  const newId = createTaskIds(() => Date.now(), Math.random);
  let seq = 0;

  async function submit(priority = 0): Promise<string> {
    const id = newId();
    await writeTasks(db, [prepareTask(id, registered, { name: 'graph', context: {}, priority })]);
    return id;
  }

  async function addWorker() {
    const [row] = await db.query<{ id: number }>({
      text: `insert into tasker.worker (name, namespaces, queues, concurrency, lease_ms, started_at, heartbeat_at)
             values ('w', '{}', '{}', 10, 15000, tasker.now(), tasker.now()) returning id`,
    });
    const workerId = row?.id ?? 0;
    const call = (params: Partial<AdvanceParams> = {}): Promise<Advanced> =>
      advance(db, systemClock, {
        workerId,
        seq: ++seq,
        outcomes: [],
        closed: [],
        keep: 0,
        want: 0,
        queues: [],
        servesQueue: () => true,
        doubtful: false,
        ...params,
      });
    return {
      workerId,
      call,
      take: async (want: number) => {
        const { taken } = await call({ want, queues: [...new Set(registered.queues)] });
        return taken.map((step) => place(registered, step, seq));
      },
    };
  }

  const count = async (table: string) =>
    (await db.query<{ n: number }>({ text: `select count(*)::int as n from tasker.${table}` }))[0]?.n;
  return { db, registered, submit, addWorker, count };
}

function place(registered: RegisteredPlan, step: HandedStep, lease: number) {
  return { ...step, registered, priority: 0, lease };
}

type Place = ReturnType<typeof place>;

function completed(step: Place): StepOutcome {
  const now = systemClock.elapsed();
  return { ...step, kind: 'complete', beganAt: now, endedAt: now, result: '{}', metadata: null, annotations: null };
}

function failed(step: Place, retryMs: number | null): StepOutcome {
  const now = systemClock.elapsed();
  return {
    ...step,
    kind: 'error',
    beganAt: now,
    endedAt: now,
    error: '{"message":"no","class":"E"}',
    retryMs,
    verdict,
  };
}

describeOneDatabase((kind) => {
  it('an outcome that is delivered five times is recorded once (CORE-71, TC-96)', async () => {
    const { submit, addWorker, count } = await open(kind, { a: [], b: ['a'] });
    const { call, take } = await addWorker();
    await submit();
    const [a] = await take(1);
    if (a === undefined) throw new Error('nothing was taken');
    const first = await call({ outcomes: [completed(a)], closed: [a.lease], keep: 1, want: 1 });
    expect([first.refused, first.kept.map(({ step }) => step)]).toEqual([[], [1]]);
    for (let again = 0; again < 4; again++) {
      const late = completed(a);
      const answer = await call({ outcomes: [late], closed: [a.lease], keep: 1, want: 1 });
      expect([answer.refused, answer.kept, answer.finished]).toEqual([[late], [], []]);
    }
    expect([await count('attempt'), await count('lease'), await count('ready')]).toEqual([1, 1, 0]);
  });

  it('an outcome of another worker’s step changes nothing (CORE-68)', async () => {
    const { submit, addWorker, count } = await open(kind, { a: [] });
    const [one, other] = [await addWorker(), await addWorker()];
    await submit();
    const [a] = await one.take(1);
    if (a === undefined) throw new Error('nothing was taken');
    const theirs = completed(a);
    expect((await other.call({ outcomes: [theirs], closed: [a.lease] })).refused).toEqual([theirs]);
    expect([await count('attempt'), await count('task_outcome')]).toEqual([0, 0]);
    expect((await one.call({ outcomes: [completed(a)], closed: [a.lease] })).finished).toMatchObject([
      { state: 'complete' },
    ]);
  });

  it('a worker that was declared lost gets no more work, and what it still says is refused (CORE-70)', async () => {
    const { db, submit, addWorker, count } = await open(kind, { a: [] });
    const { workerId, call, take } = await addWorker();
    await submit();
    await submit();
    const [a] = await take(1);
    if (a === undefined) throw new Error('nothing was taken');
    await db.query({ text: `update tasker.worker set state = 'lost' where id = $1` }, [workerId]);
    await expect(take(1)).rejects.toThrow(WorkerLost);
    await expect(call({ outcomes: [completed(a)], closed: [a.lease], want: 1 })).rejects.toThrow(WorkerLost);
    await db.query({ text: 'delete from tasker.lease' });
    const late = completed(a);
    expect((await call({ outcomes: [late], closed: [a.lease] })).refused).toEqual([late]);
    expect(await count('attempt')).toBe(0);
  });

  it('of the outcomes of one call those that still count are recorded, and only those', async () => {
    const { db, submit, addWorker, count } = await open(kind, { a: [] });
    const { call, take } = await addWorker();
    const tasks = [await submit(), await submit(), await submit()];
    const steps = await take(3);
    await db.query(
      {
        text: `update tasker.lease set revoked = true, tasks = array_remove(tasks, $1::uuid), steps = steps[2:], attempts = attempts[2:]`,
      },
      [tasks[1] ?? null],
    );
    const outcomes = steps.map(completed);
    const answer = await call({ outcomes, closed: [steps[0]?.lease ?? 0] });
    expect(answer.refused.map(({ taskId }) => taskId)).toEqual([tasks[1]]);
    expect(new Set(answer.finished.map(({ taskId }) => taskId))).toEqual(new Set([tasks[0], tasks[2]]));
    expect([await count('attempt'), await count('lease')]).toEqual([2, 0]);
  });

  it('a step that is handed back waits for anyone with the same attempt; one to be retried waits for its time', async () => {
    const { db, submit, addWorker } = await open(kind, { a: [] });
    const { call, take } = await addWorker();
    const [back, later, now] = [await submit(), await submit(), await submit()];
    const steps = await take(3);
    const of = (id: string) => {
      const step = steps.find(({ taskId }) => taskId === id);
      if (step === undefined) throw new Error('not taken');
      return step;
    };
    const outcomes: StepOutcome[] = [{ ...of(back), kind: 'release' }, failed(of(later), 60_000), failed(of(now), 0)];
    const answer = await call({ outcomes, closed: [of(back).lease] });
    expect(answer.leftWaiting).toBe(0);
    const rows = await db.query<object>({ text: 'select task_id, attempt, waiting from tasker.ready' });
    expect(new Set(rows)).toEqual(
      new Set([
        { task_id: back, attempt: 1, waiting: false },
        { task_id: later, attempt: 2, waiting: true },
        { task_id: now, attempt: 2, waiting: false },
      ]),
    );
    const next = await call({ want: 10, queues: [...new Set(of(back).registered.queues)] });
    expect(new Set(next.taken.map(({ taskId, attempt }) => `${taskId} ${attempt}`))).toEqual(
      new Set([`${back} 1`, `${now} 2`]),
    );
    expect(next.dry).toBe(true);
    expect(next.nextDueMs).toBeGreaterThan(50_000);
    expect(next.nextDueMs).toBeLessThanOrEqual(60_000);
  });

  it('a failure walks down to the finish past every step that can no longer run', async () => {
    const { submit, addWorker, count } = await open(kind, {
      bad: [],
      good: [],
      b: ['bad'],
      c: ['b'],
      join: ['c', 'good'],
      last: ['join'],
    });
    const { call, take } = await addWorker();
    const task = await submit();
    const steps = await take(2);
    const [bad, good] = [steps.find(({ step }) => step === 0), steps.find(({ step }) => step !== 0)];
    if (bad === undefined || good === undefined) throw new Error('not taken');
    expect((await call({ outcomes: [failed(bad, null)] })).finished).toEqual([]);
    const { finished, kept, leftWaiting } = await call({
      outcomes: [completed(good)],
      closed: [good.lease],
      keep: 5,
      want: 5,
    });
    expect([finished, kept, leftWaiting]).toEqual([[{ taskId: task, state: 'error' }], [], 0]);
    expect([await count('join_counter'), await count('ready'), await count('lease')]).toEqual([0, 0, 0]);
  });

  it('what is due goes by priority, then by age, over all queues that a worker serves (CORE-137)', async () => {
    const { submit, addWorker } = await open(kind, { a: [] });
    const { take } = await addWorker();
    const tasks: string[] = [];
    for (const priority of [0, 5, -5, 5, 0]) tasks.push(await submit(priority));
    const order: string[] = [];
    for (let i = 0; i < 5; i++) order.push(...(await take(1)).map(({ taskId }) => taskId));
    expect(order.map((id) => tasks.indexOf(id))).toEqual([1, 3, 0, 4, 2]);
  });

  it('steps that another worker is taking are passed by, not waited for (CORE-67)', async () => {
    const { db, submit, addWorker } = await open(kind, { a: [] });
    const { take } = await addWorker();
    const tasks = [await submit(), await submit(), await submit()];
    await db.transaction(async (tx) => {
      await tx.query({ text: 'select 1 from tasker.ready where task_id = $1 for update' }, [tasks[0] ?? null]);
      expect((await take(10)).map(({ taskId }) => taskId)).toEqual([tasks[1], tasks[2]]);
    });
    expect((await take(10)).map(({ taskId }) => taskId)).toEqual([tasks[0]]);
  });

  it('leases list what is not recorded yet, with what was changed for it', async () => {
    const { db, submit, addWorker } = await open(kind, { a: [] });
    const { workerId, call, take } = await addWorker();
    const [one, other] = [await submit(), await submit()];
    const steps = await take(2);
    await db.query({ text: `insert into tasker.step_edit (task_id, step, max_attempts) values ($1, 0, 9)` }, [other]);
    const recorded = steps.find(({ taskId }) => taskId === one);
    if (recorded === undefined) throw new Error('not taken');
    await call({ outcomes: [completed(recorded)] });
    const [lease, ...more] = await db.transaction((tx) => lockLeases(tx, workerId));
    expect(more).toEqual([]);
    expect(lease).toMatchObject({
      seq: recorded.lease,
      steps: [{ taskId: other, step: 0, attempt: 1 }],
      edits: [{ task: other, step: 0, max_attempts: 9, skip: false, decided: null, inputs: null }],
    });
  });
});
