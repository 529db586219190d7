import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type EngineByHand, engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { type StepSketch, sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { TestDatabase } from '../../test/servers/test-database.ts';
import { stepIdOf } from '../graph/step-id.ts';
import type { Database } from '../postgres/database.ts';
import { explain, explainSeveral, type Reason } from './explain.sql.ts';

const chain = { pay: {}, ship: { after: ['pay'] }, mail: { after: ['ship'] } } as const;

describeEachDatabase((kind) => {
  let database: TestDatabase;
  let engine: EngineByHand;
  let templates = 0;

  beforeAll(async () => {
    database = await kind.create();
    engine = await engineByHand(database.db);
  });
  beforeEach(() => engine.clear());
  afterAll(() => database.drop());

  async function start(steps: Readonly<Record<string, StepSketch>> = chain, namespace = 'default') {
    templates += 1;
    const registered = await engine.register(sketchTemplate(steps, { namespace, name: `explained_${templates}` }));
    return { ...engine, registered, submit: () => engine.submit(registered) };
  }

  it('several subjects are told what each of them is told alone', async () => {
    const { db, submit, addWorker } = await start({ ...chain, other: {}, failing: {}, after: { after: ['failing'] } });
    const worker = await addWorker();
    const taskId = await submit();
    const [first, second, third] = await worker.take(3);
    if (first) await worker.complete(first);
    if (second) await worker.fail(second, { code: 'DECLINED', message: 'no money' });
    if (third) await worker.fail(third, { retryMs: 1_000 });
    const another = await submit();
    const subjects = ['pay', 'ship', 'mail', 'other', 'failing', 'after', 'PAY', 'nothing'].flatMap((step, index) => [
      { taskId, step },
      { taskId: another.toUpperCase(), step },
      { taskId, step: stepIdOf(taskId, index) },
      { taskId, step: stepIdOf(taskId, index).toUpperCase() },
    ]);
    const all = [...subjects, { taskId }, { taskId: another }, ...subjects.slice(0, 3)];
    const alone = await Promise.all(
      all.map(({ taskId: id, ...of }) => explain(db, id, 'step' in of ? of.step : undefined)),
    );
    expect(alone.filter((reasons) => reasons.length > 0).length).toBeGreaterThan(20);
    expect(await explainSeveral(db, all)).toEqual(alone);
  });

  it('all steps of a task are explained at little more than the price of one', async () => {
    const steps = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`step_${index}`, {}]));
    const { db, submit } = await start(steps);
    const taskId = await submit();
    const priceOf = async (names: readonly string[]) => {
      let best = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 3; run += 1) {
        const begin = performance.now();
        await explainSeveral(
          db,
          names.map((step) => ({ taskId, step })),
        );
        best = Math.min(best, performance.now() - begin);
      }
      return best;
    };
    const one = await priceOf(['step_7']);
    // one by one it was 200
    expect((await priceOf(Object.keys(steps))) / one).toBeLessThan(50);
  });

  it('a step that is ready waits for a worker, and there is none at all', async () => {
    const { db, submit } = await start();
    const [reason] = await reasonsOf(db, await submit(), 'pay');
    expect(reason).toMatchObject({ kind: 'no_worker', reason: 'No worker is running.', until: null });
    expect(reason?.remedy).toContain('Start a worker that serves the namespace default and has the handler pay');
    expect(reason?.detail).toMatchObject({ namespace: 'default', handler: 'pay', live_workers: 0 });
  });

  it('a step that is ready waits for a worker, and none serves its namespace', async () => {
    const { db, submit, addWorker } = await start(chain, 'shop');
    await addWorker({ namespaces: ['default'] });
    const [reason] = await reasonsOf(db, await submit(), 'pay');
    expect(reason).toMatchObject({ kind: 'no_worker', reason: 'No live worker serves the namespace shop.' });
    expect(reason?.detail).toMatchObject({ live_workers: 1, live_workers_in_namespace: 0 });
  });

  it('a step that is ready waits for a worker, and none has its handler', async () => {
    const { db, submit, addWorker } = await start();
    await addWorker({ handlers: ['ship'] });
    const [reason] = await reasonsOf(db, await submit(), 'pay');
    expect(reason?.kind).toBe('no_worker');
    expect(reason?.reason).toBe('No live worker has the handler pay; 1 worker is alive in the namespace default.');
  });

  it('a step that is ready waits for a worker, and the one that has its handler is not heard of any more', async () => {
    const { db, submit, addWorker, pass } = await start();
    await addWorker({ name: 'anna', leaseMs: 1_000 });
    await pass(1_001);
    const [reason] = await reasonsOf(db, await submit(), 'pay');
    expect(reason).toMatchObject({ kind: 'no_worker', reason: 'No worker is running. Not heard of any more: anna.' });
  });

  it('a step that is ready waits for a free place, and is told how many go first', async () => {
    const { db, submit, addWorker, pass, now } = await start();
    await addWorker({ concurrency: 1 });
    await submit();
    await pass(1_000);
    const taskId = await submit();
    const [reason] = await reasonsOf(db, taskId, 'pay');
    expect(reason?.kind).toBe('queued');
    expect(reason?.detail).toMatchObject({ ahead: 1, ahead_is_at_least: false, workers: 1, capacity: 1 });
    expect(reason?.reason).toContain(
      'waits for a free place at the one worker that has its handler (1 place together)',
    );
    expect(reason?.reason).toContain('1 step goes first');
    expect(reason?.reason).toContain(now().toISOString().slice(0, 19));
  });

  it('a step in the hands of a worker says whose they are and until when', async () => {
    const { db, submit, addWorker, now } = await start();
    const worker = await addWorker({ name: 'anna', leaseMs: 15_000 });
    const taskId = await submit();
    await worker.take();
    const [reason] = await reasonsOf(db, taskId, 'pay');
    expect(reason?.kind).toBe('lease_held');
    expect(reason?.until).toEqual(new Date(now().getTime() + 15_000));
    expect(reason?.reason).toContain('Attempt 1 of 3 is with worker anna');
    expect(reason?.detail).toMatchObject({ worker: 'anna', attempt: 1, max_attempts: 3 });
  });

  it('a step in the hands of a lost worker says so', async () => {
    const { db, submit, addWorker, pass } = await start();
    const worker = await addWorker({ name: 'anna', leaseMs: 1_000 });
    const taskId = await submit();
    await worker.take();
    await pass(1_001);
    const [reason] = await reasonsOf(db, taskId, 'pay');
    expect(reason?.kind).toBe('lease_held');
    expect(reason?.reason).toContain('the worker seems to be lost');
    expect(reason?.remedy).toContain('takes the step back');
  });

  it('a step in backoff says until when, and after which error', async () => {
    const { db, submit, addWorker, now, pass } = await start();
    const worker = await addWorker();
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step, { retryMs: 4_000, code: 'TIMEOUT', message: 'no answer' });
    const [reason] = await reasonsOf(db, taskId, 'pay');
    expect(reason?.kind).toBe('backoff');
    expect(reason?.until).toEqual(new Date(now().getTime() + 4_000));
    expect(reason?.reason).toContain('Attempt 1 of 3 failed (TIMEOUT: no answer)');
    await pass(4_000);
    await worker.beat();
    expect((await reasonsOf(db, taskId, 'pay')).map((each) => each.kind)).toEqual(['queued']);
  });

  it('a step that waits for its parents names every one that is unmet', async () => {
    const { db, submit, addWorker } = await start({ a: {}, b: {}, c: {}, join: { after: ['a', 'b', 'c'] } });
    const worker = await addWorker();
    const taskId = await submit();
    const [first, second] = await worker.take(2);
    if (first) await worker.complete(first);
    if (second) await worker.fail(second, { retryMs: 1_000 });
    const reasons = await reasonsOf(db, taskId, 'join');
    expect(reasons.map((reason) => reason.kind)).toEqual(['unmet_parent', 'unmet_parent']);
    const unmet = new Map(reasons.map(({ detail }) => [detail.parent, detail.parent_state]));
    expect(unmet).toEqual(
      new Map([
        ['b', 'error'],
        ['c', 'pending'],
      ]),
    );
    expect(reasons[0]?.reason).toBe('The step runs after b, which is in error and will be tried again.');
  });

  it('a step below a permanent failure names the failure, however far away it is', async () => {
    const { db, submit, addWorker } = await start({ ...chain, other: {} });
    const worker = await addWorker({ handlers: ['pay'] });
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step, { code: 'DECLINED', message: 'no money' });
    const reasons = await reasonsOf(db, taskId, 'mail');
    expect(reasons.map((reason) => reason.kind)).toEqual(['unmet_parent', 'blocked_by_failure']);
    expect(reasons[1]?.reason).toBe(
      'The step depends on pay, which failed for good in attempt 1 of 3: DECLINED: no money.',
    );
    expect(reasons[1]?.remedy).toBe('Mend the cause and retry pay, or resolve or skip it.');
    expect(reasons[1]?.detail).toMatchObject({ blocked_by: 'pay', code: 'DECLINED', attempt: 1, why: 'permanent' });
  });

  it.each([
    { why: 'exhausted', retry: { max_attempts: 1 }, says: 'no attempts are left' },
    { why: 'not_retryable', retry: { retryable: false }, says: 'its template says not to retry it' },
    { why: 'permanent', retry: {}, says: 'the handler said that trying again is of no use' },
  ])('a step that failed for good says why it is not tried again: $why', async ({ why, retry, says }) => {
    const { db, submit, addWorker } = await start({ pay: { retry } });
    const worker = await addWorker();
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step, { code: 'DECLINED', message: 'no money' });
    const [reason, ...more] = await reasonsOf(db, taskId, 'pay');
    expect(more).toEqual([]);
    expect(reason).toMatchObject({ kind: 'failed', detail: { why, code: 'DECLINED', error: { message: 'no money' } } });
    expect(reason?.reason).toContain(says);
  });

  it('a task that ended in error names its failures', async () => {
    const { db, submit, addWorker } = await start({ pay: {} });
    const worker = await addWorker();
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step, { code: 'DECLINED', message: 'no money' });
    const [task, ...steps] = await explain(db, taskId);
    expect(task).toMatchObject({ stepId: null, kind: 'task_error', detail: { failed_steps: ['pay'] } });
    expect(task?.reason).toContain('step pay failed (DECLINED: no money)');
    expect(steps.map((reason) => reason.kind)).toEqual(['failed']);
  });

  it('a cancelled task and its steps name who cancelled it and why', async () => {
    const { db, submit, control } = await start();
    const taskId = await submit();
    await control.cancelTask(taskId, { actor: 'anna', reason: 'a duplicate' });
    const reasons = await explain(db, taskId);
    expect(reasons.map((reason) => reason.kind)).toEqual(['task_cancelled', 'cancelled', 'cancelled', 'cancelled']);
    expect(reasons[0]?.reason).toMatch(/^The task was cancelled at .* by anna: a duplicate\.$/);
    expect(reasons[1]?.reason).toMatch(/^The step was cancelled with its task by anna at .*: a duplicate\.$/);
    expect(reasons[0]?.detail).toMatchObject({ actor: 'anna', reason: 'a duplicate' });
  });

  it('a cancelled step names who cancelled it, and so does the task that ends with it', async () => {
    const { db, submit, control } = await start();
    const taskId = await submit();
    await control.cancelStep(taskId, 'pay', { actor: 'anna' });
    const reasons = await explain(db, taskId);
    expect(reasons[0]?.reason).toContain('because every way to its end leads through cancelled steps');
    expect(reasons.slice(1).map(({ kind: each, detail }) => [each, detail.actor])).toEqual([
      ['cancelled', 'anna'],
      ['cancelled', 'anna'],
      ['cancelled', 'anna'],
    ]);
  });

  it('a step below a cancelled one that was not cancelled with it says what blocks it', async () => {
    const { db, submit, control, registered } = await start({ ...chain, other: {} });
    const taskId = await submit();
    await control.cancelStep(taskId, 'ship');
    // as if the step had been added below it afterwards
    await db.query({ text: 'delete from tasker.action where task_id = $1 and step = $2' }, [
      taskId,
      registered.plan.positionByName.get('mail') ?? -1,
    ]);
    const reasons = await reasonsOf(db, taskId, 'mail');
    expect(reasons.map((reason) => reason.kind)).toEqual(['unmet_parent', 'blocked_by_cancelled']);
  });

  it('a task that an operator resolved, and the steps it left behind', async () => {
    const { db, submit, control, addWorker } = await start();
    const worker = await addWorker();
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step);
    await control.resolveTask(taskId, { actor: 'anna', reason: 'paid in cash' });
    const reasons = await explain(db, taskId);
    expect(reasons[0]).toMatchObject({ kind: 'task_resolved', detail: { actor: 'anna', reason: 'paid in cash' } });
    expect(reasons.filter(({ step: name }) => name === 'mail').map((reason) => reason.kind)).toEqual([
      'unmet_parent',
      'blocked_by_failure',
      'task_over',
    ]);
  });

  it('a step that will be skipped says so, and what it still waits for', async () => {
    const { db, submit, control } = await start();
    const taskId = await submit();
    await control.skipStep(taskId, 'ship', { actor: 'anna' });
    const reasons = await reasonsOf(db, taskId, 'ship');
    expect(reasons.map((reason) => reason.kind)).toEqual(['to_be_skipped', 'unmet_parent']);
    expect((await reasonsOf(db, taskId, 'mail')).map((reason) => reason.reason)).toEqual([
      'The step runs after ship, which is to be skipped but not reached yet.',
    ]);
  });

  it('a step that a worker has in its hands to pass it over is not over yet', async () => {
    const { db, submit, control, addWorker } = await start();
    const worker = await addWorker({ name: 'anna' });
    const taskId = await submit();
    const [pay] = await worker.take();
    await control.skipStep(taskId, 'ship');
    if (pay) await worker.complete(pay);
    const [ship] = await worker.take();
    expect((await reasonsOf(db, taskId, 'ship')).map((reason) => reason.kind)).toEqual(['lease_held', 'to_be_skipped']);
    expect((await reasonsOf(db, taskId, 'mail')).map((reason) => reason.kind)).toEqual(['unmet_parent']);
    if (ship) await worker.passOver(ship);
    expect((await reasonsOf(db, taskId, 'ship')).map((reason) => reason.kind)).toEqual(['skipped']);
    expect((await reasonsOf(db, taskId, 'mail')).map((reason) => reason.kind)).toEqual(['queued']);
  });

  it('a step that was resolved before its turn says when that takes effect', async () => {
    const { db, submit, control } = await start();
    const taskId = await submit();
    await control.resolveStep(taskId, 'ship', {}, { actor: 'anna', reason: 'by courier' });
    const reasons = await reasonsOf(db, taskId, 'ship');
    expect(reasons.map((reason) => reason.kind)).toEqual(['resolved', 'unmet_parent']);
    expect(reasons[0]?.reason).toMatch(/^The step was resolved by anna at .*: by courier; that takes effect when/);
    expect((await reasonsOf(db, taskId, 'mail')).map((reason) => reason.reason)).toEqual([
      'The step runs after ship, which is resolved but not reached yet.',
    ]);
  });

  it('a settled step has an answer when it is asked for, by name or by id, and is left out for its task', async () => {
    const { db, submit, control, addWorker } = await start();
    const worker = await addWorker({ name: 'anna' });
    const taskId = await submit();
    const [pay] = await worker.take();
    if (pay) await worker.complete(pay);
    await control.resolveStep(taskId, 'ship', {}, { actor: 'bert', reason: 'by courier' });
    await control.skipStep(taskId, 'mail', { actor: 'carl' });
    expect(await reasonsOf(db, taskId, 'pay')).toMatchObject([{ kind: 'complete', detail: { worker: 'anna' } }]);
    expect(await reasonsOf(db, taskId, 'ship')).toMatchObject([{ kind: 'resolved', detail: { actor: 'bert' } }]);
    expect(await reasonsOf(db, taskId, 'mail')).toMatchObject([{ kind: 'skipped', detail: { actor: 'carl' } }]);
    expect(await explain(db, stepIdOf(taskId, 0))).toEqual(await reasonsOf(db, taskId, 'pay'));
    expect(await explain(db, taskId, stepIdOf(taskId, 0))).toEqual(await reasonsOf(db, taskId, 'pay'));
    expect((await explain(db, taskId)).map((reason) => reason.kind)).toEqual(['task_complete']);
  });

  it('a task that nothing will wake is called stuck, and so is its step', async () => {
    const { db, submit } = await start();
    const taskId = await submit();
    await db.query({ text: 'delete from tasker.ready where task_id = $1' }, [taskId]);
    const reasons = await explain(db, taskId);
    expect(reasons.filter(({ kind: each }) => each === 'stuck').map(({ step }) => step)).toEqual([null, 'pay']);
  });

  it('what does not exist has no reasons', async () => {
    const { db, submit } = await start();
    const taskId = await submit();
    const unknown = taskId.replace(/^....../, 'ffffff');
    expect(await explain(db, unknown)).toEqual([]);
    expect(await explain(db, stepIdOf(unknown, 0))).toEqual([]);
    expect(await explain(db, taskId, 'nope')).toEqual([]);
    expect(await explain(db, stepIdOf(taskId, 99))).toEqual([]);
  });

  it('every reason has a text, a remedy and its facts as data', async () => {
    const { db, submit, addWorker } = await start({ ...chain, other: {} });
    const worker = await addWorker({ handlers: ['pay'] });
    const taskId = await submit();
    const [step] = await worker.take();
    if (step) await worker.fail(step, { retryMs: 1_000 });
    for (const reason of await explain(db, taskId)) {
      expect(reason.reason).toMatch(/^[A-Z].*\.$/);
      expect(reason.remedy).toMatch(/^[A-Z].*\.$/);
      expect(Object.keys(reason.detail).length).toBeGreaterThan(0);
    }
  });
});

async function reasonsOf(db: Database, taskId: string, step: string): Promise<Reason[]> {
  const own = await explain(db, taskId, step);
  // the answer for the whole task holds the same about the step, unless that is settled
  const all = (await explain(db, taskId)).filter((reason) => reason.step === step);
  if (all.length > 0) expect(all).toEqual(own);
  return own;
}
