import { expect, it } from 'vitest';
import {
  DuplicateTask,
  explain,
  findSteps,
  findTask,
  listTasks,
  listWorkers,
  RetryableError,
  taskHistory,
} from '../../src/index.ts';
import { describeEachDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { isStep, listen, untilAborted } from './signals.ts';
import { start } from './start.ts';

// The other scenarios run on one kind of database. This one goes once through all that the engine does, on every kind.

describeEachDatabase((kind) => {
  it('tasks are submitted, retried, timed out, changed by operators and ended in every way there is (TC-141)', async () => {
    const { db } = await kind.fresh();
    const steps = {
      flaky: { retry: { max_attempts: 3, backoff: 'linear', backoff_base_ms: 5 } },
      slow: { timeout_seconds: 0.05, retry: { max_attempts: 2, backoff: 'none' } },
      optional: { skippable: true },
      bad: { retry: { max_attempts: 1 } },
    };
    const tasker = await start(db, {
      templates: [
        graphOf(
          { flaky: [], slow: ['flaky'], optional: ['slow'], bad: ['optional'], last: ['bad', 'flaky'] },
          { steps, more: { identity_strategy: 'strict' } },
        ),
      ],
      handlers: {
        async do({ stepName, attempt, signal, inputData, dependencyResults }) {
          if (stepName === 'flaky' && attempt === 1) throw new RetryableError('busy', { retryAfter: 0.01 });
          if (stepName === 'flaky' && attempt === 2) throw new Error('busy again');
          if (stepName === 'slow' && attempt === 1) await untilAborted(signal);
          if (stepName === 'bad' && inputData['hold'] === true) await untilAborted(signal);
          if (stepName === 'bad' && inputData['mended'] !== true) throw new Error('bad ü€😀');
          return { from: Object.keys(dependencyResults) };
        },
      },
    });
    const heard = listen(tasker);
    const request = (context: object, more: object = {}) => ({
      name: 'graph',
      context,
      bypassSteps: ['optional'],
      ...more,
    });

    const retried = await tasker.submit(request({ n: 1 }, { tags: ['vip'], priority: 7, initiator: 'ada' }));
    await expect(tasker.submit(request({ n: 1 }))).rejects.toBeInstanceOf(DuplicateTask);
    expect(await retried.completed()).toMatchObject({
      status: 'error',
      results: { flaky: { from: [] }, slow: { from: ['flaky'] } },
    });
    expect(
      (await findSteps(db, [retried.id])).map(({ name, state, attempts }) => `${name} ${state} ${attempts}`),
    ).toEqual(['flaky complete 3', 'slow complete 2', 'optional skipped 0', 'bad error 1', 'last pending 0']);
    expect(await explain(db, retried.id)).not.toEqual([]);
    await tasker.editStep(retried.id, 'bad', { inputs: { mended: true } });
    await tasker.retryTask(retried.id);
    expect(await retried.completed()).toMatchObject({
      status: 'complete',
      results: { last: { from: ['flaky', 'slow', 'bad'] } },
    });

    const [resolved, skipped, given] = await tasker.submitMany([
      request({ n: 2 }, { idempotencyKey: 'k' }),
      request({ n: 3 }),
      request({ n: 2 }, { idempotencyKey: 'k' }),
    ]);
    if (resolved === undefined || skipped === undefined) throw new Error('not submitted');
    expect(given).toMatchObject({ id: resolved.id, replayed: true });
    await Promise.all([resolved.completed(), skipped.completed()]);
    await tasker.resolveStep(resolved.id, 'bad', { by: 'hand' });
    await tasker.skipStep(skipped.id, 'bad');
    expect(await resolved.completed()).toMatchObject({ status: 'complete', results: { bad: { by: 'hand' } } });
    expect(await skipped.completed()).toMatchObject({ status: 'complete' });

    const cancelled = await tasker.submit(request({ n: 4, hold: true }));
    await heard.until('step.execution_requested', isStep(cancelled.id, 'bad'));
    await tasker.cancelTask(cancelled.id, { actor: 'ada', reason: 'changed her mind' });
    expect(await cancelled.completed()).toMatchObject({ status: 'cancelled' });
    const closed = await tasker.submit(request({ n: 5 }));
    await closed.completed();
    await tasker.resolveTask(closed.id);
    expect(await findTask(db, closed.id)).toMatchObject({ state: 'resolved_manually' });

    expect((await taskHistory(db, cancelled.id)).at(-1)).toMatchObject({ kind: 'task_cancelled' });
    expect((await listTasks(db, { status: 'complete' })).tasks).toHaveLength(3);
    expect((await listTasks(db, { tag: 'vip' })).tasks).toMatchObject([{ taskId: retried.id, priority: 7 }]);
    expect(await listWorkers(db)).toMatchObject([{ state: 'running', heldSteps: 0 }]);
    for (const table of ['ready', 'join_counter'])
      expect(await db.query({ text: `select 1 from tasker.${table}` })).toEqual([]);
  });
});
