import { expect, it } from 'vitest';
import { engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeOneDatabase } from '../../test/servers/databases.ts';
import { findSteps, findTask } from '../index.ts';
import type { Changed } from './change-task.ts';
import { createControl } from './control.ts';

describeOneDatabase((kind) => {
  it('a command says the same of its task as a look at it: one whose only running step was cancelled has begun', async () => {
    const { engine, worker, taskId } = await taskOf({ running: {}, waiting: {} });
    const [running] = await worker.take();
    expect(running?.step).toBe(0);
    const cancelled = await engine.control.cancelStep(taskId, 'running');
    expect(cancelled.status).toBe('in_progress');
    expect((await findTask(engine.db, taskId))?.state).toBe(cancelled.status);
  });

  it('insisting on a step that nobody passes over says that it changed the task', async () => {
    const { engine, worker, taskId } = await taskOf({ first: {}, skipped: { after: ['first'] } });
    const [first] = await worker.take();
    await engine.control.skipStep(taskId, 'skipped');
    if (first !== undefined) await worker.complete(first);
    expect(await engine.control.skipStep(taskId, 'skipped')).toEqual({ taskId, status: 'complete', changed: true });
    expect(await engine.control.skipStep(taskId, 'skipped')).toEqual({ taskId, status: 'complete', changed: false });
  });

  it('a step that a worker was about to pass over has had no attempt when a command does that first', async () => {
    const { engine, worker, taskId } = await taskOf({ a: {}, b: {} }, ['a']);
    expect(await worker.take()).toMatchObject([{ step: 0 }]);
    expect((await findTask(engine.db, taskId))?.state).toBe('in_progress');
    expect(await engine.control.skipStep(taskId, 'b')).toMatchObject({ status: 'complete' });
    const steps = await findSteps(engine.db, [taskId]);
    expect(steps.map(({ state, attempts }) => ({ state, attempts }))).toEqual([
      { state: 'skipped', attempts: 0 },
      { state: 'skipped', attempts: 0 },
    ]);
  });

  it('a step that is to be tried again is pending for commands, as it is for views', async () => {
    const { engine, worker, taskId, registered } = await taskOf({ a: {} });
    const [a] = await worker.take();
    if (a !== undefined) await worker.fail(a);
    await engine.control.retryStep(taskId, 'a');
    expect(await findSteps(engine.db, [taskId])).toMatchObject([{ state: 'pending', attempts: 1 }]);
    const heard: Changed[] = [];
    const onChanged = (changed: Changed) => void heard.push(changed);
    const control = createControl({ db: engine.db, loadPlan: () => Promise.resolve(registered), onChanged });
    await control.cancelStep(taskId, 'a');
    expect(heard).toMatchObject([{ steps: [{ step: 0, kind: 'cancel', from: 'pending', attempt: 1 }] }]);
  });

  it('who cannot retry a step that others have gone on without is told so, and what is possible instead', async () => {
    const { engine, worker, taskId } = await taskOf({ bad: {}, good: { after: ['bad'] }, left: { after: ['bad'] } });
    const { control } = engine;
    const [bad] = await worker.take();
    if (bad !== undefined) await worker.fail(bad);
    expect(await control.resolveStep(taskId, 'good', 1)).toMatchObject({ status: 'error' });
    const hint = 'Step good was resolved and has gone on without bad: resolve or skip bad instead.';
    const refusal = `Step bad of task ${taskId} is error and cannot become pending. ${hint}`;
    await expect(control.retryStep(taskId, 'bad')).rejects.toThrow(refusal);
    await expect(control.retryTask(taskId)).rejects.toThrow(
      `Task ${taskId} is error and cannot become in_progress. ${hint}`,
    );
    expect(await control.skipStep(taskId, 'bad')).toMatchObject({ status: 'in_progress' });
    expect(await worker.take()).toMatchObject([{ step: 2 }]);
  });

  async function taskOf(sketch: Parameters<typeof sketchTemplate>[0], bypassSteps: string[] = []) {
    const { db } = await kind.fresh();
    const engine = await engineByHand(db);
    const registered = await engine.register(sketchTemplate(sketch));
    const taskId = await engine.submit(registered, { bypassSteps });
    return { engine, worker: await engine.addWorker(), taskId, registered };
  }
});
