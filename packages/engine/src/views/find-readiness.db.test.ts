import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type EngineByHand, engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { TestDatabase } from '../../test/servers/test-database.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { findExecutionContexts } from './find-execution-contexts.sql.ts';
import { findReadiness, type StepReadiness } from './find-readiness.sql.ts';
import { findSteps } from './find-steps.sql.ts';

const pair = sketchTemplate({ parent: { retry: { max_attempts: 2 } }, child: { after: ['parent'] } });

describeEachDatabase((kind) => {
  let database: TestDatabase;
  let engine: EngineByHand;

  beforeAll(async () => {
    database = await kind.create();
    engine = await engineByHand(database.db);
  });
  beforeEach(() => engine.clear());
  afterAll(() => database.drop());

  it.each([
    { parent: 'pending', satisfied: false },
    { parent: 'in_progress', satisfied: false },
    { parent: 'error', satisfied: false },
    { parent: 'cancelled', satisfied: false },
    { parent: 'complete', satisfied: true },
    { parent: 'resolved_manually', satisfied: true },
    { parent: 'skipped', satisfied: true },
  ])('CORE-36 a parent that is $parent satisfies its child: $satisfied', async ({ parent, satisfied }) => {
    const { db } = engine;
    const taskId = await parentIn(engine, parent);
    const [first, second] = await findReadiness(db, [taskId]);
    expect(first?.currentState).toBe(parent);
    expect(second).toMatchObject({
      dependenciesSatisfied: satisfied,
      totalParents: 1,
      completedParents: satisfied ? 1 : 0,
      readyForExecution: satisfied,
    });
  });

  it('CORE-39 CORE-40 TC-17 a failed step is ready from the reported time on and not before', async () => {
    const { db, pass, now } = engine;
    const worker = await engine.addWorker();
    const taskId = await engine.submit(await engine.register(pair));
    const [step] = await worker.take();
    if (step) await worker.fail(step, { retryMs: 30_000 });
    const failed = await readinessOf(engine, taskId);
    const dueAt = failed.nextRetryAt;
    expect(dueAt).toEqual(new Date(now().getTime() + 30_000));
    expect(failed).toMatchObject({ readyForExecution: false, backoffRequestSeconds: 30, attempts: 1, retryLimit: 2 });
    await pass(29_999);
    await worker.beat();
    expect((await readinessOf(engine, taskId)).readyForExecution).toBe(false);
    expect(await worker.take()).toEqual([]);
    await pass(1);
    expect(await readinessOf(engine, taskId)).toMatchObject({ readyForExecution: true, nextRetryAt: dueAt });
    expect((await findSteps(db, [taskId]))[0]).toMatchObject({ circuit: 'half_open' });
    expect(await worker.take()).toHaveLength(1);
  });

  it('CORE-41 a step with a thousand attempts is read like any other', async () => {
    const { db } = engine;
    const worker = await engine.addWorker();
    const taskId = await engine.submit(await engine.register(pair));
    await db.query(
      {
        text: `insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, retry_at, error)
               select $1, 0, n, 'error', 1, tasker.now(), tasker.now(), tasker.now(), '{}' from generate_series(1, 1000) n`,
      },
      [taskId],
    );
    await db.query({ text: 'update tasker.ready set attempt = 1001 where task_id = $1' }, [taskId]);
    await engine.control.editStep(taskId, 'parent', { maxAttempts: 1000 });
    expect(await readinessOf(engine, taskId)).toMatchObject({ attempts: 1000, retryLimit: 1000, retryEligible: false });
    const [step] = await worker.take();
    expect(step?.attempt).toBe(1001);
  });

  it('CORE-42 settled, running and cancelled steps are never ready', async () => {
    for (const state of ['complete', 'resolved_manually', 'skipped', 'in_progress', 'cancelled']) {
      const taskId = await parentIn(engine, state);
      expect(await readinessOf(engine, taskId)).toMatchObject({ currentState: state, readyForExecution: false });
    }
  });

  it('CORE-43 CORE-46 TC-20 a batch is the union of single calls, in order; unknown tasks are left out', async () => {
    const { db } = engine;
    const taskIds: string[] = [];
    for (const state of ['pending', 'in_progress', 'error', 'complete', 'skipped', 'cancelled', 'resolved_manually']) {
      taskIds.push(await parentIn(engine, state));
    }
    const unknown = taskIds[0]?.replace(/^....../, 'ffffff') ?? '';
    const shuffled = [...taskIds, unknown, taskIds[0] ?? ''].toReversed();

    const single = await Promise.all(taskIds.toSorted().map((taskId) => findReadiness(db, [taskId])));
    expect(await findReadiness(db, shuffled)).toEqual(single.flat());
    const contexts = await Promise.all(taskIds.toSorted().map((taskId) => findExecutionContexts(db, [taskId])));
    expect(await findExecutionContexts(db, shuffled)).toEqual(contexts.flat());
    expect(await findReadiness(db, [unknown])).toEqual([]);
    expect(await findExecutionContexts(db, [unknown])).toEqual([]);
    expect(await findExecutionContexts(db, [])).toEqual([]);
  });

  it('is narrowed to the steps that are asked for', async () => {
    const { db } = engine;
    const taskId = await parentIn(engine, 'pending');
    const rows = await findReadiness(db, [taskId], [stepIdOf(taskId, 1)]);
    expect(rows.map((row) => row.name)).toEqual(['child']);
  });

  it('CORE-49 TC-22 levels are the longest way from a root, also in a graph with millions of ways', async () => {
    const { db } = engine;
    const layers = Array.from({ length: 20 }, (_, layer) => Array.from({ length: 20 }, (__, i) => `s_${layer}_${i}`));
    const steps = layers.flatMap((names, layer) =>
      names.map((name) => [name, { after: layers[layer - 1] ?? [] }] as const),
    );
    const taskId = await engine.submit(
      await engine.register(sketchTemplate(Object.fromEntries(steps), { name: 'layered' })),
    );
    // whoever went every way would never come to the end of them
    const query = { text: 'select dependency_level as level from tasker.dependency_levels($1)' };
    const rows = await db.query<{ level: number }>(query, [taskId]);
    expect(rows.map((row) => row.level)).toEqual(layers.flatMap((names, layer) => names.map(() => layer)));
  });
});

async function readinessOf(engine: EngineByHand, taskId: string): Promise<StepReadiness> {
  const [row] = await findReadiness(engine.db, [taskId]);
  if (row === undefined) throw new Error('no readiness');
  return row;
}

/** A task of two steps, the first of which is in this state. */
async function parentIn(engine: EngineByHand, state: string): Promise<string> {
  const { control } = engine;
  const registered = await engine.register(pair);
  const bypassSteps = state === 'skipped' ? ['parent'] : [];
  const taskId = await engine.submit(registered, { bypassSteps });
  if (state === 'cancelled') await control.cancelStep(taskId, 'parent');
  if (state === 'resolved_manually') await control.resolveStep(taskId, 'parent', {});
  if (state === 'pending' || state === 'cancelled' || state === 'resolved_manually') return taskId;
  const worker = await engine.addWorker();
  // other tasks of the test may wait, too
  const steps = await worker.take(100);
  const step = steps.find((each) => each.taskId === taskId);
  if (step === undefined) throw new Error('the step was not handed out');
  if (state === 'complete') await worker.complete(step);
  if (state === 'error') await worker.fail(step);
  if (state === 'skipped') await worker.passOver(step);
  return taskId;
}
