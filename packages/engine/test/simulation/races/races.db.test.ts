import type { TemplateDocument } from '@tasker/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { createControl } from '../../../src/control/control.ts';
import { defineTask } from '../../../src/define.ts';
import { createPlanStore } from '../../../src/lifecycle/1-template/plan-store.ts';
import { prepareTask, writeTasks } from '../../../src/lifecycle/2-submission/submit-tasks.ts';
import { createTaskIds } from '../../../src/lifecycle/2-submission/task-id.ts';
import { type Advanced, type AdvanceParams, advance } from '../../../src/lifecycle/3-advance/advance.ts';
import type { StepInLease, StepOutcome } from '../../../src/lifecycle/3-advance/step-outcome.ts';
import type { Database, Queryable } from '../../../src/postgres/database.ts';
import { createTestTasker } from '../../../src/testing/index.ts';
import { recoverWorker } from '../../../src/upkeep/recover-worker.ts';
import { type EngineByHand, engineByHand, type WorkerByHand } from '../../by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../by-hand/template.ts';
import { databases } from '../../servers/databases.ts';
import { type Barrier, type LockWatch, watchLocks } from './barrier.ts';
import { type Interruptible, interruptible, signal } from './interruptible.ts';

/** The races that the architecture names, each forced to happen: one is held in the middle while the other goes on. */
describe.each(databases.filter((kind) => kind.concurrent))('on $name', (kind) => {
  let db: Database;
  let locks: LockWatch;
  let engine: EngineByHand;
  let stoppable: Interruptible;
  let one: WorkerByHand;
  let other: WorkerByHand;
  beforeEach(async () => {
    const database = await kind.fresh();
    db = database.db;
    locks = watchLocks(database.url);
    engine = await engineByHand(db);
    stoppable = interruptible(db);
    one = await engine.addWorker({ name: 'one' });
    other = await engine.addWorker({ name: 'other' });
  });

  const clock = { now: () => 0, elapsed: () => 0, wakeAfter: () => () => undefined };

  const barrierAt = (moment: string): Promise<Barrier> => locks.barrier(db, moment);

  async function submit(document: TemplateDocument): Promise<string> {
    return engine.submit(await engine.register(document));
  }

  /** Like a worker that goes on with what its outcomes open. */
  function goOn(workerId: number, seq: number, done: StepInLease): Promise<Advanced> {
    const outcome: StepOutcome = {
      ...done,
      kind: 'complete',
      beganAt: 0,
      endedAt: 0,
      result: '{}',
      metadata: null,
      annotations: null,
    };
    return advance(db, clock, { ...idle(workerId, seq), outcomes: [outcome], closed: [done.lease], keep: 9, want: 9 });
  }

  const idle = (workerId: number, seq: number): AdvanceParams => ({
    workerId,
    seq,
    outcomes: [],
    closed: [],
    keep: 0,
    want: 0,
    queues: [],
    servesQueue: () => true,
    doubtful: false,
  });

  /** An operator whose transaction can be stopped between its statements. */
  function operator({ db }: Interruptible = stoppable) {
    const plans = createPlanStore(db);
    const loadPlan = (revisionId: number, within: Queryable) => plans.load(revisionId, within);
    return createControl({ db, loadPlan, onChanged: () => undefined });
  }

  function reap(workerId: number) {
    const plans = createPlanStore(stoppable.db);
    const loadPlan = (revisionId: number, within: Queryable) => plans.load(revisionId, within);
    return recoverWorker({ db: stoppable.db, clock, random: () => 0, loadPlan }, workerId);
  }

  async function frontier(taskId: string) {
    const [row] = await db.query<{ ready: number[]; leased: number[]; counters: number[]; state: string | null }>(
      {
        text: `select array(select step from tasker.ready where task_id = $1 order by step) as ready,
                      array(select u.step from tasker.lease l, unnest(l.tasks, l.steps, l.attempts) u(task, step, attempt)
                             where u.task = $1 and not exists (select 1 from tasker.attempt a
                                     where a.task_id = $1 and a.step = u.step and a.attempt = u.attempt)
                             order by u.step) as leased,
                      array(select step from tasker.join_counter where task_id = $1 order by step) as counters,
                      (select state::text from tasker.task_outcome where task_id = $1) as state`,
      },
      [taskId],
    );
    return row;
  }

  async function attempts(taskId: string): Promise<string[]> {
    const rows = await db.query<{ text: string }>(
      {
        text: `select step || ' ' || attempt || ' ' || outcome as text from tasker.attempt where task_id = $1
                order by step, attempt`,
      },
      [taskId],
    );
    return rows.map((row) => row.text);
  }

  const chain = sketchTemplate({ a: {}, b: { after: ['a'] }, c: { after: ['b'] }, d: { after: ['c'] } });
  const join = sketchTemplate({ a: {}, b: {}, c: { after: ['a', 'b'] } });
  const sinks = sketchTemplate({ a: {}, b: {} });

  async function takeOne(worker: WorkerByHand): Promise<StepInLease> {
    const [step] = await worker.take();
    if (step === undefined) throw new Error('nothing was ready');
    return step;
  }

  function held(done: StepInLease, advanced: Advanced, lease: number): StepInLease {
    const [kept] = advanced.kept;
    if (kept === undefined) throw new Error('nothing was kept');
    return { ...done, ...kept, lease };
  }

  describe('cancelling against continuing', () => {
    test('A child that is handed out while its task is being cancelled is taken back.', async () => {
      const taskId = await submit(chain);
      const a = await takeOne(one);
      const barrier = await barrierAt('before insert on tasker.lease');
      const continued = goOn(one.id, 100, a);
      await locks.untilWaiting(1);
      const cancelled = operator().cancelTask(taskId);
      await locks.untilWaiting(2);
      await barrier.open();
      expect((await continued).kept).toHaveLength(1);
      expect(await cancelled).toMatchObject({ status: 'cancelled', changed: true });
      expect(await frontier(taskId)).toEqual({ ready: [], leased: [], counters: [], state: 'cancelled' });
      expect(await attempts(taskId)).toEqual(['0 1 complete', '1 1 cancelled']);
    });

    test('A worker that is always one step ahead is caught up with.', async () => {
      const taskId = await submit(chain);
      let step = await takeOne(one);
      // each look of the operator finds a lease that is on its way out, and misses the one that takes its place
      const barrier = await barrierAt('before insert on tasker.lease');
      const first = goOn(one.id, 101, step);
      await locks.untilWaiting(1);
      let look = stoppable.stopBefore('lock_leases_of_task');
      const cancelled = operator().cancelTask(taskId);
      await look.reached;
      look.goOn();
      await locks.untilWaiting(2);
      look = stoppable.stopBefore('lock_leases_of_task');
      await barrier.open();
      step = held(step, await first, 101);
      await look.reached;
      await barrier.close();
      const second = goOn(one.id, 102, step);
      await locks.untilWaiting(1);
      look.goOn();
      await locks.untilWaiting(2);
      const settle = stoppable.stopBefore('revoke_steps');
      await barrier.open();
      step = held(step, await second, 102);
      await settle.reached;
      const third = goOn(one.id, 103, step);
      // it has to wait, or it is through: then the operator has not held it
      await Promise.race([third, locks.untilWaiting(1)]);
      settle.goOn();
      await cancelled;
      await third;
      expect(await frontier(taskId)).toMatchObject({ ready: [], leased: [], state: 'cancelled' });
    });

    test('What ended before it was cancelled counts, what ends after it does not.', async () => {
      const taskId = await submit(chain);
      const a = await takeOne(one);
      const stop = stoppable.stopBefore('read_held_task');
      const cancelled = operator().cancelTask(taskId);
      await stop.reached;
      const late = goOn(one.id, 104, a);
      stop.goOn();
      await cancelled;
      expect(await late).toMatchObject({ kept: [], refused: [expect.anything()] });
      expect(await attempts(taskId)).toEqual(['0 1 cancelled']);
    });
  });

  test('Two last parents that arrive at once open their child once.', async () => {
    const taskId = await submit(join);
    const [a, b] = [await takeOne(one), await takeOne(other)];
    const barrier = await barrierAt('after insert or update on tasker.join_counter');
    const both = [one.complete(a), other.complete(b)];
    await locks.untilWaiting(2);
    await barrier.open();
    await Promise.all(both);
    expect(await frontier(taskId)).toEqual({ ready: [2], leased: [], counters: [], state: null });
  });

  test('Two last sinks that settle at once finish their task once. (TC-149)', async () => {
    const taskId = await submit(sinks);
    const [a, b] = [await takeOne(one), await takeOne(other)];
    const barrier = await barrierAt('after insert or update on tasker.join_counter');
    const both = [one.complete(a), other.complete(b)];
    await locks.untilWaiting(2);
    await barrier.open();
    await Promise.all(both);
    expect(await frontier(taskId)).toEqual({ ready: [], leased: [], counters: [], state: 'complete' });
  });

  test('A parent that completes and one that fails for good, at once, block their child.', async () => {
    const taskId = await submit(join);
    const [a, b] = [await takeOne(one), await takeOne(other)];
    const barrier = await barrierAt('after insert or update on tasker.join_counter');
    const both = [one.complete(a), other.fail(b)];
    await locks.untilWaiting(2);
    await barrier.open();
    await Promise.all(both);
    expect(await frontier(taskId)).toEqual({ ready: [], leased: [], counters: [], state: 'error' });
  });

  describe('the reaper against a slow worker', () => {
    test('Who is recorded first counts: the worker.', async () => {
      const taskId = await submit(chain);
      const a = await takeOne(one);
      await engine.pass(20_000);
      const barrier = await barrierAt('before insert on tasker.attempt');
      const completed = one.complete(a);
      await locks.untilWaiting(1);
      const reaped = reap(one.id);
      await locks.untilWaiting(2);
      await barrier.open();
      await completed;
      expect((await reaped)?.ends).toEqual([]);
      expect(await attempts(taskId)).toEqual(['0 1 complete']);
      expect(await frontier(taskId)).toMatchObject({ ready: [1], leased: [] });
    });

    test('Who is recorded first counts: the reaper.', async () => {
      const taskId = await submit(chain);
      const a = await takeOne(one);
      await engine.pass(20_000);
      const barrier = await barrierAt('before insert on tasker.attempt');
      const reaped = reap(one.id);
      await locks.untilWaiting(1);
      // it also asks for more, which a lost worker does not get
      const late = goOn(one.id, 105, a).catch((error: unknown) => String(error));
      await locks.untilWaiting(2);
      await barrier.open();
      expect((await reaped)?.ends).toHaveLength(1);
      expect(await late).toContain('lost');
      expect(await attempts(taskId)).toEqual(['0 1 error']);
      expect(await frontier(taskId)).toMatchObject({ ready: [0], leased: [] });
    });

    test('A lease that a lost worker gets at the last moment is found in the next round.', async () => {
      const taskId = await submit(chain);
      await engine.pass(20_000);
      const barrier = await barrierAt('before insert on tasker.lease');
      const taken = one.take();
      await locks.untilWaiting(1);
      expect((await reap(one.id))?.ends).toEqual([]);
      await barrier.open();
      expect(await taken).toHaveLength(1);
      expect((await reap(one.id))?.ends).toHaveLength(1);
      expect(await frontier(taskId)).toMatchObject({ ready: [0], leased: [] });
    });

    test('A worker that is heard of while it is being declared lost stays.', async () => {
      await submit(chain);
      await takeOne(one);
      await engine.pass(20_000);
      const barrier = await barrierAt('before update on tasker.worker');
      const heartbeat = `update tasker.worker set heartbeat_at = tasker.now()
                          where id = $1 and state in ('running', 'stopping') returning id`;
      const beat = db.query<{ id: number }>({ text: heartbeat }, [one.id]);
      await locks.untilWaiting(1);
      const reaped = reap(one.id);
      await locks.untilWaiting(2);
      await barrier.open();
      expect(await beat).toEqual([{ id: one.id }]);
      expect(await reaped).toBeUndefined();
    });

    test('Two reapers count the lost attempt once.', async () => {
      const taskId = await submit(sinks);
      await one.take(2);
      await engine.pass(20_000);
      const barrier = await barrierAt('before insert on tasker.attempt');
      const both = [reap(one.id), reap(one.id)];
      await locks.untilWaiting(2);
      await barrier.open();
      const reaped = await Promise.all(both);
      expect(reaped.flatMap((each) => each?.ends ?? [])).toHaveLength(2);
      expect(await attempts(taskId)).toEqual(['0 1 error', '1 1 error']);
      expect(await frontier(taskId)).toMatchObject({ ready: [0, 1], leased: [] });
    });
  });

  describe('submission against the replacement of its template', () => {
    test('A task keeps the revision that it was checked against.', async () => {
      const plans = createPlanStore(db);
      const first = await plans.register(chain);
      const prepared = prepareTask(createTaskIds(() => 1_893_456_000_000, Math.random)(), first, {
        name: first.plan.name,
        context: {},
      });
      const second = await plans.register(sketchTemplate({ a: {}, z: { after: ['a'] } }), { replace: true });
      await db.transaction((tx) => writeTasks(tx, [prepared]));
      expect(second.revision).toBe(2);
      const tasks = await db.query<{ revision_id: number }>({ text: 'select revision_id from tasker.task' });
      expect(tasks).toEqual([{ revision_id: first.revisionId }]);
      // what follows is what the first revision says
      const lease = await advance(db, clock, { ...idle(one.id, 1), want: 1, queues: first.queues.slice(0, 1) });
      const [taken] = lease.taken;
      if (taken === undefined) throw new Error('nothing was ready');
      const continued = await goOn(one.id, 2, { ...taken, registered: first, priority: 0, lease: 1 });
      expect(first.plan.steps[continued.kept[0]?.step ?? -1]?.name).toBe('b');
    });

    test('Two replacements at once become two revisions, one after the other.', async () => {
      const plans = createPlanStore(db);
      await plans.register(chain);
      const barrier = await barrierAt('before insert on tasker.revision');
      const both = ['y', 'z'].map((name) =>
        createPlanStore(db).register(sketchTemplate({ a: {}, [name]: { after: ['a'] } }), { replace: true }),
      );
      await locks.untilWaiting(2);
      await barrier.open();
      const revisions = (await Promise.all(both)).map((each) => each.revision);
      expect(new Set(revisions)).toEqual(new Set([2, 3]));
    });
  });

  describe('operators against recording', () => {
    test('A retry waits for the failure that is being recorded, and finds it.', async () => {
      const taskId = await submit(sketchTemplate({ a: {} }));
      const a = await takeOne(one);
      const barrier = await barrierAt('before insert on tasker.attempt');
      const failed = one.fail(a);
      await locks.untilWaiting(1);
      const retried = operator().retryTask(taskId);
      await locks.untilWaiting(2);
      await barrier.open();
      await failed;
      expect(await retried).toMatchObject({ status: 'in_progress', changed: true });
      expect(await frontier(taskId)).toEqual({ ready: [0], leased: [], counters: [], state: null });
    });

    test('A step that is being resolved is not handed out.', async () => {
      const taskId = await submit(chain);
      await one.fail(await takeOne(one), { retryMs: 0 });
      const stop = stoppable.stopBefore('read_held_task');
      const resolved = operator().resolveStep(taskId, 'a', { by: 'hand' });
      await stop.reached;
      expect(await other.take()).toEqual([]);
      stop.goOn();
      await resolved;
      expect(await frontier(taskId)).toMatchObject({ ready: [1], leased: [] });
    });

    test('A step that is being handed out is not resolved: it runs.', async () => {
      const taskId = await submit(chain);
      await one.fail(await takeOne(one), { retryMs: 0 });
      const barrier = await barrierAt('before insert on tasker.lease');
      const taken = other.take();
      await locks.untilWaiting(1);
      const resolved = operator().resolveStep(taskId, 'a', { by: 'hand' });
      const refused = resolved.catch((error: unknown) => String(error));
      await locks.untilWaiting(2);
      await barrier.open();
      expect(await taken).toHaveLength(1);
      expect(await refused).toContain('in_progress');
      expect(await frontier(taskId)).toMatchObject({ ready: [], leased: [0] });
    });

    test('A parent that completes while an operator counts the joins is counted once.', async () => {
      const taskId = await submit(sketchTemplate({ a: {}, b: {}, c: {}, d: { after: ['a', 'b', 'c'] } }));
      const [a, b] = [await takeOne(one), await takeOne(other)];
      await one.complete(a);
      const stop = stoppable.stopBefore('drop_counters');
      const skipped = operator().skipStep(taskId, 'c');
      await stop.reached;
      const completed = other.complete(b);
      stop.goOn();
      await Promise.all([skipped, completed]);
      expect(await frontier(taskId)).toEqual({ ready: [3], leased: [], counters: [], state: null });
    });
  });

  test('A worker does not run in circles around a due step that an operator holds.', async () => {
    let calls = 0;
    const counted: Database = {
      ...stoppable.db,
      query: (statement, values) => {
        if (statement.name === 'advance') calls += 1;
        return db.query(statement, values);
      },
    };
    const flaky = defineTask({ name: 'flaky' }).step('a', {
      retry: { maxAttempts: 2, backoff: 'linear', baseMs: 100, jitter: 0 },
      run: ({ context }) => {
        if (context.attempt === 1) throw new Error('busy');
        return null;
      },
    });
    const tasker = await createTestTasker({ database: counted, tasks: [flaky] });
    const task = await tasker.submit(flaky, {});
    await tasker.advanceTime(50);
    const [held, release] = [signal(), signal()];
    const operator = db.transaction(async (tx) => {
      await tx.query({ text: 'select from tasker.ready for update' });
      held.give();
      await release.given;
    });
    await held.given;
    calls = 0;
    await tasker.advanceTime(1_000);
    expect(calls).toBeLessThan(50);
    release.give();
    await operator;
    expect((await tasker.runToEnd(task, 1_000)).status).toBe('complete');
    await tasker.stop();
  });

  describe('two operators', () => {
    test('Two retries of a failed task are one retry.', async () => {
      const taskId = await submit(sketchTemplate({ a: {} }));
      await one.fail(await takeOne(one));
      const stop = stoppable.stopBefore('open_steps');
      const first = operator().retryTask(taskId);
      await stop.reached;
      const second = engine.control.retryTask(taskId);
      const refused = second.catch((error: unknown) => String(error));
      stop.goOn();
      expect(await first).toMatchObject({ changed: true });
      expect(await refused).toMatch(/is (in_progress|pending) and cannot become/);
      expect(await frontier(taskId)).toEqual({ ready: [0], leased: [], counters: [], state: null });
      expect(await attempts(taskId)).toEqual(['0 1 error']);
    });

    test('Who waited for another holds what that one opened before deciding.', async () => {
      const taskId = await submit(sketchTemplate({ a: {} }));
      await one.fail(await takeOne(one));
      const stop = stoppable.stopBefore('open_steps');
      const retried = operator().retryTask(taskId);
      await stop.reached;
      const second = interruptible(db);
      const cancelled = operator(second).cancelTask(taskId);
      const decided = second.stopBefore('insert_actions');
      await locks.untilWaiting(1);
      stop.goOn();
      await retried;
      await decided.reached;
      expect(await one.take()).toEqual([]);
      decided.goOn();
      expect(await cancelled).toMatchObject({ status: 'cancelled' });
      expect(await frontier(taskId)).toEqual({ ready: [], leased: [], counters: [], state: 'cancelled' });
    });

    test('Who finds that a task has ended again, since it looked for its end, holds it before deciding.', async () => {
      const taskId = await submit(sketchTemplate({ a: {} }));
      await one.fail(await takeOne(one));
      const slow = interruptible(db);
      const look = slow.stopBefore('lock_outcome_of_task');
      const first = operator(slow).retryTask(taskId);
      await look.reached;
      // while it looks for its end, the task has none
      await engine.control.retryTask(taskId);
      const again = await takeOne(one);
      const read = slow.stopBefore('read_held_task');
      look.goOn();
      await read.reached;
      await one.fail(again);
      const decided = slow.stopBefore('insert_actions');
      read.goOn();
      await decided.reached;
      const second = engine.control.retryTask(taskId).catch((error: unknown) => String(error));
      await Promise.race([second, locks.untilWaiting(1)]);
      decided.goOn();
      expect(await first).toMatchObject({ changed: true });
      expect(await second).toMatch(/cannot become/);
      expect(await frontier(taskId)).toEqual({ ready: [0], leased: [], counters: [], state: null });
    });

    test('Two who cancel cancel once.', async () => {
      const taskId = await submit(chain);
      await takeOne(one);
      const stop = stoppable.stopBefore('insert_actions');
      const first = operator().cancelTask(taskId);
      await stop.reached;
      const second = engine.control.cancelTask(taskId);
      stop.goOn();
      expect([(await first).changed, (await second).changed]).toEqual([true, false]);
    });
  });
});
