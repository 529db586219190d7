import { expect, it } from 'vitest';
import { engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { taskDetail } from './task-detail.ts';
import { taskHistory } from './task-history.sql.ts';

describeEachDatabase((kind) => {
  /** An order whose payment fails twice, is retried by an operator, and whose mail is skipped at submission. */
  async function eventfulTask() {
    const { db } = await kind.fresh();
    const engine = await engineByHand(db, new Date('2030-01-01T00:00:00Z'));
    const registered = await engine.register(
      sketchTemplate({ pay: { retry: { max_attempts: 2 } }, ship: { after: ['pay'] }, mail: { after: ['ship'] } }),
    );
    const worker = await engine.addWorker({ name: 'anna' });
    const taskId = await engine.submit(registered, { initiator: 'shop', reason: 'an order', bypassSteps: ['mail'] });
    const next = async () => {
      await engine.pass(1_000);
      await worker.beat();
      const [step] = await worker.take();
      if (step === undefined) throw new Error('nothing to take');
      await engine.pass(100);
      return step;
    };
    await worker.fail(await next(), { retryMs: 1_000, code: 'TIMEOUT', message: 'no answer' });
    await worker.fail(await next(), { code: 'DECLINED', message: 'no money' });
    await engine.pass(1_000);
    await engine.control.retryStep(taskId, 'pay', { actor: 'bert', reason: 'topped up' });
    await worker.complete(await next(), { paid: true });
    return { db, engine, worker, taskId, next };
  }

  const time = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1_000);

  it('tells what happened in order, with ids that stay the same (TC-25)', async () => {
    const { db, worker, taskId, next } = await eventfulTask();
    const facts = await taskHistory(db, taskId);
    expect(facts.map(({ at, kind: what, step, attempt }) => [at, what, step, attempt])).toEqual([
      [time(0), 'submitted', null, null],
      [time(1.1), 'attempt_started', 'pay', 1],
      [time(1.1), 'attempt_error', 'pay', 1],
      [time(2.2), 'attempt_started', 'pay', 2],
      [time(2.2), 'attempt_error', 'pay', 2],
      [time(2.2), 'task_error', null, null],
      [time(3.2), 'operator_retry', 'pay', null],
      [time(4.3), 'attempt_started', 'pay', 3],
      [time(4.3), 'attempt_complete', 'pay', 3],
    ]);
    expect(facts[0]).toMatchObject({ actor: 'shop', reason: 'an order', stepId: null });
    expect(facts[2]).toMatchObject({ worker: 'anna', retryAt: time(2.1), error: { code: 'TIMEOUT' } });
    expect(facts[4]).toMatchObject({ retryAt: null, error: { code: 'DECLINED' }, stepId: stepIdOf(taskId, 0) });
    expect(facts[6]).toMatchObject({ actor: 'bert', reason: 'topped up' });
    expect(facts[8]).toMatchObject({ result: { paid: true }, durationMs: 0 });

    const ship = await next();
    const running = await taskHistory(db, taskId);
    expect(running.at(-1)).toMatchObject({ kind: 'attempt_started', step: 'ship', attempt: 1, worker: 'anna' });
    await worker.complete(ship);
    await worker.passOver(await next());
    const all = await taskHistory(db, taskId);
    expect(all.slice(0, running.length).map(({ id }) => id)).toEqual(running.map(({ id }) => id));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.at(-1)).toMatchObject({ kind: 'task_complete', id: 'outcome.complete', durationMs: 6_500 });
    expect(await taskHistory(db, taskId.replace(/^....../, 'ffffff'))).toEqual([]);
  });

  it('tells changes of state as people know them: from, to, in order, the last one marked (TC-14)', async () => {
    const { db, taskId, next } = await eventfulTask();
    await next();
    const steps = await db.query<{
      name: string;
      from_state: string;
      to_state: string;
      sort_key: number;
      most_recent: boolean;
    }>(
      {
        text: `select name, from_state, to_state, sort_key, most_recent from tasker.step_transitions
                where task_id = $1 order by workflow_step_id, sort_key`,
      },
      [taskId],
    );
    expect(
      steps.map((row) => `${row.name} ${row.sort_key} ${row.from_state}-${row.to_state}${row.most_recent ? '!' : ''}`),
    ).toEqual([
      'pay 10 pending-in_progress',
      'pay 20 in_progress-error',
      'pay 30 error-in_progress',
      'pay 40 in_progress-error',
      'pay 50 error-pending',
      'pay 60 pending-in_progress',
      'pay 70 in_progress-complete!',
      'ship 10 pending-in_progress!',
      'mail 10 pending-skipped!',
    ]);
    const task = () =>
      db.query<{ to_state: string; metadata: object }>(
        { text: 'select to_state, metadata from tasker.task_transitions where task_id = $1 order by sort_key' },
        [taskId],
      );
    expect((await task()).map((row) => row.to_state)).toEqual(['in_progress', 'error', 'in_progress']);
  });

  it('a task that failed and was retried goes on telling that it had failed', async () => {
    const { db } = await kind.fresh();
    const engine = await engineByHand(db, new Date('2030-01-01T00:00:00Z'));
    const registered = await engine.register(sketchTemplate({ pay: {}, mail: { after: ['pay'] } }));
    const worker = await engine.addWorker({ name: 'anna' });
    const taskId = await engine.submit(registered);
    const fail = async () => {
      await engine.pass(1_000);
      await worker.beat();
      const [step] = await worker.take();
      if (step === undefined) throw new Error('nothing to take');
      await worker.fail(step, { code: 'DECLINED', message: 'no money' });
      await engine.pass(1_000);
    };
    await fail();
    const ids = (await taskHistory(db, taskId)).map(({ id }) => id);
    await engine.control.retryTask(taskId, { actor: 'bert', reason: 'topped up' });
    await fail();
    await engine.control.resolveTask(taskId, { actor: 'carl', reason: 'paid in cash' });

    const changes = await db.query<{ from_state: string; to_state: string; created_at: Date; metadata: object }>(
      { text: 'select * from tasker.task_transitions where task_id = $1 order by sort_key' },
      [taskId],
    );
    expect(changes.map((each) => [each.from_state, each.to_state, each.created_at, each.metadata])).toEqual([
      ['pending', 'in_progress', time(1), {}],
      ['in_progress', 'error', time(1), {}],
      ['error', 'in_progress', time(2), { actor: 'bert', reason: 'topped up' }],
      ['in_progress', 'error', time(3), {}],
      ['error', 'resolved_manually', time(4), { actor: 'carl', reason: 'paid in cash' }],
    ]);
    const facts = await taskHistory(db, taskId);
    expect(facts.slice(0, ids.length).map(({ id }) => id)).toEqual(ids);
    expect(facts.map(({ kind: what }) => what)).toEqual([
      'submitted',
      'attempt_started',
      'attempt_error',
      'task_error',
      'operator_retry',
      'attempt_started',
      'attempt_error',
      'task_error',
      'operator_resolve',
      'task_resolved_manually',
    ]);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
  });

  it('a cancelled task tells who cancelled it, and that its open steps went with it', async () => {
    const { db, engine, taskId } = await eventfulTask();
    await engine.control.cancelTask(taskId, { actor: 'carl', reason: 'changed my mind' });
    const [last] = await db.query<{ from_state: string; to_state: string; metadata: object }>(
      { text: 'select * from tasker.task_transitions where task_id = $1 and most_recent' },
      [taskId],
    );
    expect(last).toMatchObject({
      from_state: 'in_progress',
      to_state: 'cancelled',
      metadata: { actor: 'carl', reason: 'changed my mind' },
    });
    const steps = await db.query<{ name: string; to_state: string }>(
      { text: 'select name, to_state from tasker.step_transitions where task_id = $1 and most_recent order by name' },
      [taskId],
    );
    expect(steps.map((row) => `${row.name} ${row.to_state}`)).toEqual([
      'mail skipped',
      'pay complete',
      'ship cancelled',
    ]);
  });

  it('a detail holds the task, its steps, its edges and how it stands, as of one moment', async () => {
    const { db, taskId } = await eventfulTask();
    const detail = await taskDetail(db, taskId);
    expect(detail).toMatchObject({
      task: { taskId, state: 'in_progress', initiator: 'shop', bypassSteps: ['mail'], context: {} },
      steps: [
        {
          name: 'pay',
          state: 'complete',
          attempts: 3,
          maxAttempts: 4,
          worker: 'anna',
          result: { paid: true },
          error: null,
          startedAt: time(4.3),
          finishedAt: time(4.3),
          nextAttemptAt: null,
        },
        { name: 'ship', state: 'pending', ready: true, dueAt: time(4.3), parents: [0], settledParents: 1 },
        { name: 'mail', state: 'skipped', ready: false, settledParents: 0 },
      ],
      edges: [
        { fromStepId: stepIdOf(taskId, 0), toStepId: stepIdOf(taskId, 1), fromName: 'pay', toName: 'ship' },
        { fromName: 'ship', toName: 'mail' },
      ],
      execution: { totalSteps: 3, completedSteps: 2, executionStatus: 'has_ready_steps' },
    });
    expect(await taskDetail(db, taskId.replace(/^....../, 'ffffff'))).toBeUndefined();
  });

  it('the tables that people know have the same steps and edges', async () => {
    const { db, taskId } = await eventfulTask();
    const [first] = await db.query(
      { text: 'select * from tasker.workflow_steps where task_id = $1 order by workflow_step_id' },
      [taskId],
    );
    expect(first).toMatchObject({
      workflow_step_id: stepIdOf(taskId, 0),
      name: 'pay',
      status: 'complete',
      processed: true,
      in_process: false,
      processed_at: time(4.3),
      results: { paid: true },
      child_step_ids: [stepIdOf(taskId, 1)],
      parent_step_ids: [],
    });
    const edges = await db.query(
      { text: 'select from_name, to_name, name from tasker.workflow_step_edges where task_id = $1' },
      [taskId],
    );
    expect(edges).toEqual([
      { from_name: 'pay', to_name: 'ship', name: 'provides' },
      { from_name: 'ship', to_name: 'mail', name: 'provides' },
    ]);
    const [task] = await db.query({ text: 'select * from tasker.tasks where task_id = $1' }, [taskId]);
    expect(task).toMatchObject({ full_name: 'default.sketch@0.1.0', status: 'in_progress', complete: false, tags: [] });
  });
});
