import { expect, it } from 'vitest';
import { findSteps, findTask, RetryableError, type Tasker, taskHistory } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { gate, isStep, listen, untilAborted } from './signals.ts';
import { start } from './start.ts';

const by = { actor: 'ada', reason: 'because' };

describeOneDatabase((kind) => {
  it('a step that is cancelled before it is reached never runs, nor does what depends on it; the rest does (CORE-48)', async () => {
    const { db } = await kind.fresh();
    const first = gate();
    const ran: string[] = [];
    const tasker = await start(db, {
      templates: [
        graphOf({ first: [], taken: ['first'], below: ['taken'], beside: ['first'], join: ['taken', 'beside'] }),
      ],
      handlers: {
        async do({ stepName }) {
          ran.push(stepName);
          if (stepName === 'first') await first.opened;
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await listen(tasker).until('step.execution_requested');
    await tasker.cancelStep(task.id, 'taken');
    first.open();
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'cancelled' });
    expect(ran).toEqual(['first', 'beside']);
    expect(await statesOf(tasker, task.id)).toEqual({
      first: 'complete',
      taken: 'cancelled',
      below: 'cancelled',
      beside: 'complete',
      join: 'cancelled',
    });
  });

  it('what runs before a cancelled step is let finish, though the task can no longer complete', async () => {
    const { db } = await kind.fresh();
    const first = gate();
    const tasker = await start(db, {
      templates: [graphOf({ first: [], last: ['first'] })],
      handlers: { do: () => first.opened },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await listen(tasker).until('step.execution_requested');
    expect(await tasker.cancelStep(task.id, 'last')).toMatchObject({ status: 'in_progress' });
    first.open();
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'cancelled' });
    expect(await statesOf(tasker, task.id)).toEqual({ first: 'complete', last: 'cancelled' });
  });

  it('a retry gives a failed step all its attempts again, numbered on, and what depends on it runs (CORE-85, TC-78)', async () => {
    const { db } = await kind.fresh();
    const attempts: number[] = [];
    const tasker = await start(db, {
      templates: [graphOf({ bad: [], after: ['bad'] }, { every: { retry: { max_attempts: 2, backoff: 'none' } } })],
      handlers: {
        do({ stepName, attempt, maxAttempts }) {
          if (stepName !== 'bad') return;
          attempts.push(attempt, maxAttempts);
          if (attempt < 4) throw new Error('not yet');
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'error' });
    expect(await tasker.retryTask(task.id, by)).toEqual({ taskId: task.id, status: 'in_progress', changed: true });
    expect(await task.completed()).toMatchObject({ status: 'complete', results: { after: {} } });
    expect(attempts).toEqual([1, 2, 2, 2, 3, 4, 4, 4]);
  });

  it('a step that waits for its next attempt is tried at once when an operator says so', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ only: [] })],
      handlers: {
        do({ attempt }) {
          if (attempt === 1) throw new RetryableError('later', { retryAfter: 3_600 });
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {} });
    await heard.until('observability.step.backoff');
    expect(await tasker.retryStep(task.id, 'only', by)).toMatchObject({ changed: true });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(await findSteps(db, [task.id])).toMatchObject([{ attempts: 2 }]);
  });

  it('what an operator resolves a step with is what its children get, and what the task results in (CORE-85, TC-78)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ bad: [], after: ['bad'] }, { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        do({ stepName, dependencyResults }) {
          if (stepName === 'bad') throw new Error('no');
          return dependencyResults;
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await task.completed();
    const [bad] = await findSteps(db, [task.id]);
    await tasker.resolveStep(task.id, bad?.stepId ?? '', { by: ['hand', null] }, by);
    const results = { bad: { by: ['hand', null] }, after: { bad: { by: ['hand', null] } } };
    expect(await task.completed()).toEqual({ status: 'complete', results });
    expect(await findSteps(db, [task.id])).toMatchObject([
      { state: 'resolved_manually', ...by },
      { state: 'complete' },
    ]);
  });

  it('a cancelled task begins nothing more, aborts what runs, and takes nothing of it (CORE-84, TC-29)', async () => {
    const { db } = await kind.fresh();
    const reason = gate<unknown>();
    const late = gate();
    const begun: string[] = [];
    const tasker = await start(db, {
      templates: [graphOf({ held: [], after: ['held'], done: [], waits: [] })],
      handlers: {
        async do({ stepName, signal }) {
          begun.push(stepName);
          if (stepName === 'waits') throw new RetryableError('later', { retryAfter: 3_600 });
          if (stepName !== 'held') return;
          await untilAborted(signal).catch(reason.open);
          late.open();
          return 'too late';
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {} });
    await Promise.all([
      heard.until('step.execution_requested', isStep(task.id, 'held')),
      heard.until('step.completed', isStep(task.id, 'done')),
      heard.until('observability.step.backoff', isStep(task.id, 'waits')),
    ]);
    expect(await tasker.cancelTask(task.id, by)).toEqual({ taskId: task.id, status: 'cancelled', changed: true });
    expect(await reason.opened).toMatchObject({ message: 'the step was taken away' });
    await late.opened;
    expect(await task.completed()).toEqual({ status: 'cancelled', results: { done: {} } });
    expect(await statesOf(tasker, task.id)).toEqual({
      held: 'cancelled',
      after: 'cancelled',
      done: 'complete',
      waits: 'cancelled',
    });
    expect(begun.toSorted()).toEqual(['done', 'held', 'waits']);
    for (const table of ['ready', 'join_counter']) {
      expect(await db.query({ text: `select 1 from tasker.${table} where task_id = $1` }, [task.id])).toEqual([]);
    }
  });

  it('of many operators who do the same at once, one does it (CORE-09, CORE-30, TC-15)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ bad: [], held: [] }, { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        async do({ stepName, signal }) {
          if (stepName === 'held') await untilAborted(signal);
          throw new Error('bad');
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {} });
    await heard.until('step.failed');
    const ten = <T>(work: (i: number) => Promise<T>) => Promise.all(Array.from({ length: 10 }, (_, i) => work(i)));
    const resolved = await ten((i) => tasker.resolveStep(task.id, 'bad', { i }, { actor: `operator ${i}` }));
    expect(resolved.filter(({ changed }) => changed)).toHaveLength(1);
    const cancelled = await ten((i) => tasker.cancelTask(task.id, { actor: `operator ${i}` }));
    expect(cancelled.filter(({ changed }) => changed)).toHaveLength(1);
    expect(cancelled.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'cancelled'));
    const actions = await db.query<object>({ text: 'select kind from tasker.action order by id' });
    expect(actions).toEqual([{ kind: 'resolve' }, { kind: 'cancel' }]);
  });

  it('who did what, when and why is kept with what it was done to (CORE-34)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ bad: [], held: [] }, { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        async do({ stepName, signal }) {
          if (stepName === 'held') await untilAborted(signal);
          throw new Error('bad');
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {}, initiator: 'shop', reason: 'a sale' });
    await heard.until('step.failed');
    await tasker.resolveStep(task.id, 'bad', 1, { actor: 'ada', reason: 'paid in cash' });
    await tasker.cancelTask(task.id);
    const told = (await taskHistory(db, task.id)).map(({ kind: fact, step, actor, reason, result }) => ({
      fact,
      step,
      actor,
      reason,
      result,
    }));
    expect(told).toContainEqual({ fact: 'submitted', step: null, actor: 'shop', reason: 'a sale', result: null });
    expect(told).toContainEqual({
      fact: 'operator_resolve',
      step: 'bad',
      actor: 'ada',
      reason: 'paid in cash',
      result: 1,
    });
    expect(told).toContainEqual({ fact: 'operator_cancel', step: null, actor: 'operator', reason: null, result: null });
  });

  it('what there is not, and what cannot be, is refused in words', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false, templates: [graphOf({ only: [] })] });
    const { id } = await tasker.submit({ name: 'graph', context: {} });
    const nobody = '00000000-0000-7000-8000-000000000000';
    await expect(tasker.cancelTask(nobody)).rejects.toThrow(`There is no task ${nobody}.`);
    await expect(tasker.cancelTask('7')).rejects.toThrow('`task_id` must be a UUID.');
    await expect(tasker.task(nobody).completed()).rejects.toThrow(`There is no task ${nobody}.`);
    expect(() => tasker.task('7')).toThrow('`task_id` must be a UUID.');
    await expect(tasker.skipStep(id, 'gone')).rejects.toThrow(`Task ${id} has no step with the id or name gone.`);
    await expect(tasker.cancelTask(id, { actor: '' })).rejects.toThrow('`actor` must have 1 to 128 characters.');
    await expect(tasker.cancelTask(id, { reason: 'x'.repeat(1025) })).rejects.toThrow(
      '`reason` must have at most 1024 characters.',
    );
    await expect(tasker.cancelTask(id, { reason: 'x\u0000' })).rejects.toThrow(
      '`reason` has a character that PostgreSQL cannot store.',
    );
    await expect(Reflect.apply(tasker.resolveStep, undefined, [id, 'only', () => 1])).rejects.toThrow(
      '`result` is a function.',
    );
    await expect(tasker.editStep(id, 'only', {})).rejects.toThrow('`edit` must change something.');
    await expect(Reflect.apply(tasker.editStep, undefined, [id, 'only', { inputs: [] }])).rejects.toThrow(
      '`inputs` must be an object.',
    );
    await expect(tasker.editStep(id, 'only', { inputs: { a: 'x\u0000' } })).rejects.toThrow(
      '`inputs.a` has a character that PostgreSQL cannot store.',
    );
    expect(await findTask(db, id)).toMatchObject({ state: 'pending' });
    expect(await db.query({ text: 'select 1 from tasker.action' })).toEqual([]);
    expect(await tasker.cancelTask(id.toUpperCase())).toMatchObject({ taskId: id, changed: true });
  });
});

async function statesOf({ db }: Tasker, taskId: string): Promise<Record<string, string>> {
  return Object.fromEntries((await findSteps(db, [taskId])).map(({ name, state }) => [name, state]));
}
