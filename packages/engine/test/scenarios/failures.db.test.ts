import { expect, it } from 'vitest';
import {
  findSteps,
  findTask,
  PermanentError,
  RetryableError,
  type StepContext,
  type Tasker,
  taskHistory,
} from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { connectionLost, intercept, refusal } from './intercept.ts';
import { gate, listen } from './signals.ts';
import { createLog, start } from './start.ts';

const request = { name: 'graph', context: {} };

describeOneDatabase((kind) => {
  it('a step that fails twice is tried again, and the task completes without anybody’s help (CORE-57, CORE-64)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(2))],
      handlers: {
        do({ attempt, stepName }) {
          if (stepName === 's0' && attempt <= 2) throw new Error(`attempt ${attempt} fails`);
          return { attempt };
        },
      },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toEqual({ status: 'complete', results: { s0: { attempt: 3 }, s1: { attempt: 1 } } });
    expect((await taskHistory(db, task.id)).map(({ kind: fact, step, attempt }) => [fact, step, attempt])).toEqual([
      ['submitted', null, null],
      ['attempt_started', 's0', 1],
      ['attempt_error', 's0', 1],
      ['attempt_started', 's0', 2],
      ['attempt_error', 's0', 2],
      ['attempt_started', 's0', 3],
      ['attempt_complete', 's0', 3],
      ['attempt_started', 's1', 1],
      ['attempt_complete', 's1', 1],
      ['task_complete', null, null],
    ]);
  });

  it.each<[string, object, number, (context: StepContext) => unknown]>([
    ['a step that may not be retried runs once (CORE-37, TC-18)', { retryable: false, max_attempts: 5 }, 1, fail],
    ['the limit counts all attempts (CORE-38, TC-75)', { max_attempts: 3 }, 3, fail],
    ['a permanent failure is the last (CORE-56, TC-76)', { max_attempts: 5 }, 1, () => failForGood('DECLINED')],
    [
      'a permanent failure after others is the last (CORE-56)',
      { max_attempts: 5 },
      2,
      ({ attempt }) => (attempt === 2 ? failForGood('GONE') : fail()),
    ],
  ])('%s', async (_, retry, attempts, run) => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ only: [], below: ['only'] }, { every: { retry: { backoff: 'none', ...retry } } })],
      handlers: { do: run },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toEqual({ status: 'error', results: {} });
    expect(await findSteps(db, [task.id])).toMatchObject([
      { name: 'only', state: 'error', attempts, failedForGood: true, nextAttemptAt: null },
      { name: 'below', state: 'pending', attempts: 0, ready: false },
    ]);
    expect(await findTask(db, task.id)).toMatchObject({ state: 'error', finishedAt: expect.any(Date) });
  });

  it('a limit of 0 attempts cannot be asked for by an operator (CORE-38)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false, templates: [graphOf(chainOf(1))] });
    const { id } = await tasker.submit(request);
    await expect(tasker.editStep(id, 's0', { maxAttempts: 0 })).rejects.toThrow(
      '`max_attempts` must be a whole number from 1 to 1000, not 0.',
    );
  });

  it('branches that do not need the failed step finish before the task is in error (CORE-83)', async () => {
    const { db } = await kind.fresh();
    const failed = gate();
    const tasker = await start(db, {
      templates: [
        graphOf(
          { bad: [], good: [], after: ['good'], both: ['bad', 'after'] },
          { every: { retry: { max_attempts: 1 } } },
        ),
      ],
      handlers: {
        async do({ stepName }) {
          if (stepName === 'bad') fail();
          if (stepName === 'good') await failed.opened;
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    await heard.until('step.failed');
    expect(await findTask(db, task.id)).toMatchObject({ state: 'in_progress' });
    failed.open();
    expect(await task.completed()).toEqual({ status: 'error', results: { good: {}, after: {} } });
    expect(await statesOf(tasker, task.id)).toEqual({
      bad: 'error',
      good: 'complete',
      after: 'complete',
      both: 'pending',
    });
    expect(heard.events.filter(({ event_type: type }) => type === 'task.failed')).toHaveLength(1);
  });

  it('a failure keeps its message, class, code, context, place and cause, and no more than there is room for (CORE-58)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        do() {
          const cause = new TypeError('the cause');
          throw new PermanentError('no\u0000 good \ud800', {
            errorCode: 'BAD',
            context: { card: 'x\u0000', big: 'x'.repeat(50_000) },
            cause,
          });
        },
      },
    });
    const task = await tasker.submit(request);
    await task.completed();
    const [step] = await findSteps(db, [task.id]);
    expect(step?.error).toMatchObject({
      message: 'no\ufffd good \ufffd',
      class: 'PermanentError',
      code: 'BAD',
      cause: { message: 'the cause', class: 'TypeError' },
      backtrace: expect.arrayContaining([expect.stringContaining('failures.db.test.ts')]),
    });
    expect(JSON.stringify(step?.error).length).toBeLessThan(40_000);
  });

  it('what one attempt said of its failure is not said of the next (CORE-59)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { every: { retry: { max_attempts: 2, backoff: 'none' } } })],
      handlers: {
        do({ attempt }) {
          if (attempt === 1)
            throw new RetryableError('busy', { errorCode: 'BUSY', context: { queue: 9 }, retryAfter: 0.02 });
          throw new Error('something else');
        },
      },
    });
    const task = await tasker.submit(request);
    await task.completed();
    const [step] = await findSteps(db, [task.id]);
    expect(step?.error).toMatchObject({ message: 'something else' });
    expect(step?.error).not.toHaveProperty('code');
    expect(step?.error).not.toHaveProperty('context');
    expect(step).toMatchObject({ backoffMs: null, nextAttemptAt: null });
  });

  it.each<[string, unknown, object]>([
    [
      'refers to itself',
      cyclic(),
      { code: 'NOT_SERIALISABLE', message: '`self` of the result refers back to what it is part of.' },
    ],
    ['has a function', { a: [() => 1] }, { code: 'NOT_SERIALISABLE', message: '`a[0]` of the result is a function.' }],
    [
      'has a character that cannot be stored',
      { a: '\u0000' },
      { code: 'NOT_SERIALISABLE', message: '`a` of the result has a character that PostgreSQL cannot store.' },
    ],
    [
      'is too large',
      'x'.repeat(2_000),
      { code: 'RESULT_TOO_LARGE', message: 'The result is 2013 bytes of JSON, and no more than 1000 may be kept.' },
    ],
    [
      'is no number',
      { a: Number.NaN },
      { code: 'NOT_SERIALISABLE', message: '`a` of the result is NaN, which JSON has no word for.' },
    ],
  ])('a result that %s fails its step for good, with the place and the reason (CORE-87)', async (_, result, error) => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1))],
      worker: { maxResultBytes: 1_000 },
      handlers: { do: () => result },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'error' });
    expect(await findSteps(db, [task.id])).toMatchObject([{ attempts: 1, error }]);
  });

  it('results of every form come back as they are described (CORE-87, CORE-105)', async () => {
    const { db } = await kind.fresh();
    const forms: Record<string, unknown> = {
      object: { a: [1, { b: null }] },
      array: [1, 2],
      text: 'ü€😀"\\',
      number: 0.1,
      nothing: undefined,
      null: null,
      false: false,
      date: { at: new Date(0) },
      error: { error: 'only looks like one' },
    };
    const tasker = await start(db, {
      templates: [graphOf(Object.fromEntries(Object.keys(forms).map((name) => [name, []])))],
      handlers: { do: ({ stepName }) => forms[stepName] },
    });
    const task = await tasker.submit(request);
    const { results } = await task.completed();
    expect(results).toEqual({
      object: { a: [1, { b: null }] },
      array: { result: [1, 2] },
      text: { result: 'ü€😀"\\' },
      number: { result: 0.1 },
      nothing: {},
      null: {},
      false: { result: false },
      date: { at: '1970-01-01T00:00:00.000Z' },
      error: { error: 'only looks like one' },
    });
    const [row] = await db.query<object>({
      text: `select jsonb_object_agg(s.name, a.result) as results from tasker.attempt a join tasker.revision_step s using (step)`,
    });
    expect(row).toEqual({ results });
  });

  it('a result that only the database refuses fails its own step, and no other of the same call (TC-99)', async () => {
    const { db } = await kind.fresh();
    await db.script(
      `alter table tasker.attempt add constraint no_poison check (result ->> 'poison' is null) not valid`,
    );
    const log = createLog();
    const all = gate();
    let begun = 0;
    const tasker = await start(db, {
      logger: log,
      templates: [graphOf(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`s${i}`, []])))],
      handlers: {
        async do({ stepName }) {
          begun += 1;
          if (begun === 10) all.open();
          await all.opened;
          return stepName === 's7' ? { poison: 1 } : { fine: 1 };
        },
      },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'error' });
    const steps = await findSteps(db, [task.id]);
    expect(steps.filter(({ state }) => state === 'complete')).toHaveLength(9);
    expect(steps.find(({ name }) => name === 's7')).toMatchObject({
      state: 'error',
      attempts: 1,
      error: {
        code: 'NOT_SERIALISABLE',
        message: expect.stringMatching(/^The database could not store the result: .*no_poison/),
      },
    });
    expect(log.lines.map(({ message }) => message)).toContain('a result could not be stored; its step fails');
  });

  it.each([
    ['53100', 'could not extend file: No space left on device'],
    ['42501', 'permission denied for table attempt'],
    ['57014', 'canceling statement due to statement timeout'],
    ['55P03', 'canceling statement due to lock timeout'],
    ['XX000', 'something internal'],
  ])('while the database cannot record anything (%s), results are kept until it can', async (code, message) => {
    const { db } = await kind.fresh();
    let refusals = 4;
    const refusing = intercept(db, (statement, run) => {
      if (statement.name !== 'advance' || !holding || refusals === 0) return run();
      refusals -= 1;
      return Promise.reject(refusal(code, message));
    });
    let holding = false;
    let runs = 0;
    const log = createLog();
    const tasker = await start(refusing, {
      logger: log,
      clock: impatient,
      templates: [graphOf({ a: [], b: [], join: ['a', 'b'] })],
      handlers: {
        do() {
          holding = true;
          runs += 1;
          return { run: runs };
        },
      },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'complete', results: { join: { run: 3 } } });
    expect([runs, refusals]).toEqual([3, 0]);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'a call was refused; trying again' }),
    );
  });

  it.each(['fetch_tasks', 'fetch_results'])(
    'steps whose %s is refused are begun when it no longer is',
    async (name) => {
      const { db } = await kind.fresh();
      let refusals = 3;
      const refusing = intercept(db, (statement, run) => {
        if (statement.name !== name || refusals === 0) return run();
        refusals -= 1;
        return Promise.reject(
          refusals === 1 ? connectionLost() : refusal('57014', 'canceling statement due to user request'),
        );
      });
      const submitting = await start(db, {
        templates: [graphOf({ a: [], b: ['a'] }, { steps: { b: { handler: { callable: 'elsewhere' } } } })],
        handlers: { do: () => 'a' },
      });
      await start(refusing, {
        clock: impatient,
        handlers: { elsewhere: ({ dependencyResults }) => dependencyResults },
      });
      const task = await submitting.submit(request);
      expect(await task.completed()).toMatchObject({ status: 'complete', results: { b: { a: { result: 'a' } } } });
      expect(refusals).toBe(0);
    },
  );
});

function fail(): never {
  throw new Error('as told');
}

function failForGood(errorCode: string): never {
  throw new PermanentError('as told', { errorCode });
}

function cyclic(): object {
  const result: { self?: object } = {};
  result.self = result;
  return result;
}

/** Waits a hundredth of what it is asked to. */
const impatient = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wakeAfter(delayMs: number, wake: () => void) {
    const timer = setTimeout(wake, Math.max(1, delayMs / 100));
    return () => clearTimeout(timer);
  },
};

async function statesOf({ db }: Tasker, taskId: string): Promise<Record<string, string>> {
  return Object.fromEntries((await findSteps(db, [taskId])).map(({ name, state }) => [name, state]));
}
