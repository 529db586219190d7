import { expect, it } from 'vitest';
import { findSteps, findTask, listWorkers, type StepContext } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { intercept } from './intercept.ts';
import { countdown, gate, isStep, listen, untilAborted } from './signals.ts';
import { createLog, start } from './start.ts';

const request = { name: 'graph', context: {} };
const wide = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, []]));

describeOneDatabase((kind) => {
  it.each([1, 7])(
    'no more than %i attempts run at once, and as many as that do (CORE-74, TC-92)',
    async (concurrency) => {
      const { db } = await kind.fresh();
      const full = countdown(concurrency);
      let running = 0;
      let peak = 0;
      const tasker = await start(db, {
        templates: [graphOf(wide(60))],
        worker: { concurrency },
        handlers: {
          async do() {
            running += 1;
            peak = Math.max(peak, running);
            full.count();
            await full.reached;
            running -= 1;
          },
        },
      });
      const tasks = await tasker.submitMany([request, request]);
      for (const task of tasks) expect(await task.completed()).toMatchObject({ status: 'complete' });
      expect(peak).toBe(concurrency);
    },
  );

  it('what a step opens goes on in the same process, a call for each and no look-up between (CORE-63)', async () => {
    const { db } = await kind.fresh();
    const statements: string[] = [];
    const watched = intercept(db, (statement, run) => {
      statements.push(statement.name ?? 'unnamed');
      return run();
    });
    const ran: string[] = [];
    const work = (name: string) => (context: StepContext) => void ran.push(`${name} ${context.stepName}`);
    const one = await start(watched, {
      templates: [graphOf(chainOf(10))],
      upkeep: false,
      handlers: { do: work('one') },
    });
    const task = await one.submit(request);
    await start(db, { upkeep: false, handlers: { do: work('other') } });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    const [first] = ran;
    const own = first?.split(' ')[0];
    expect(ran).toEqual(Array.from({ length: 10 }, (_, i) => `${own} s${i}`));
    expect(statements.filter((name) => name === 'fetch_tasks' || name === 'fetch_results')).toEqual([]);
  });

  it('a stopping worker finishes what runs, hands back what that opens, and signs off (TC-145)', async () => {
    const { db } = await kind.fresh();
    const [begun, finish] = [gate(), gate()];
    const ran: string[] = [];
    const one = await start(db, {
      templates: [graphOf(chainOf(2))],
      handlers: {
        async do({ stepName }) {
          ran.push(stepName);
          begun.open();
          await finish.opened;
        },
      },
    });
    const task = await one.submit(request);
    await begun.opened;
    const stopped = one.stop();
    finish.open();
    await stopped;
    expect(ran).toEqual(['s0']);
    expect(await findSteps(db, [task.id])).toMatchObject([
      { name: 's0', state: 'complete', attempts: 1 },
      { name: 's1', state: 'pending', attempts: 0, ready: true },
    ]);
    expect(await listWorkers(db, { all: true })).toMatchObject([{ state: 'stopped', heldSteps: 0 }]);
    const other = await start(db, { handlers: { do: ({ attempt }) => ({ attempt }) } });
    expect(await other.task(task.id).completed()).toMatchObject({
      status: 'complete',
      results: { s1: { attempt: 1 } },
    });
  });

  it('an aborted worker aborts what runs and hands it back without an attempt', async () => {
    const { db } = await kind.fresh();
    const begun = gate();
    const aborted = gate<unknown>();
    const one = await start(db, {
      templates: [graphOf(chainOf(1))],
      handlers: {
        async do({ signal }) {
          begun.open();
          await untilAborted(signal).catch(aborted.open);
          return 'too late';
        },
      },
    });
    const task = await one.submit(request);
    await begun.opened;
    await one.stop({ abort: true });
    expect(await aborted.opened).toMatchObject({ message: 'the worker is stopping' });
    expect(await findSteps(db, [task.id])).toMatchObject([
      { state: 'pending', attempts: 0, ready: true, result: null },
    ]);
    expect(await findTask(db, task.id)).toMatchObject({ state: 'pending' });
  });

  it('a worker waits no longer for a handler than it was told to, and what that says later does not count (TC-145)', async () => {
    const { db } = await kind.fresh();
    const [begun, finish] = [gate(), gate()];
    const one = await start(db, {
      templates: [graphOf(chainOf(1))],
      worker: { shutdownMs: 1 },
      handlers: {
        async do() {
          begun.open();
          await finish.opened;
          return 'too late';
        },
      },
    });
    const task = await one.submit(request);
    await begun.opened;
    await one.stop();
    const other = await start(db, { handlers: { do: () => 'in time' } });
    finish.open();
    expect(await other.task(task.id).completed()).toMatchObject({ results: { s0: { result: 'in time' } } });
    expect(await findSteps(db, [task.id])).toMatchObject([{ attempts: 1 }]);
  });

  it('stopping twice is stopping once, and what is asked afterwards is refused in words', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf(chainOf(1))], handlers: { do: () => 1 } });
    const task = await tasker.submit(request);
    await Promise.all([tasker.stop(), tasker.stop({ abort: true })]);
    await expect(tasker.submit(request)).rejects.toThrow('the Tasker was stopped');
    await expect(tasker.submitMany([request])).rejects.toThrow('the Tasker was stopped');
    await expect(task.completed()).rejects.toThrow('the Tasker was stopped');
    await expect(tasker.cancelTask(task.id)).rejects.toThrow('the Tasker was stopped');
    await expect(tasker.register(graphOf(chainOf(2), { name: 'other' }))).rejects.toThrow('the Tasker was stopped');
  });

  it('what is let finish may still submit tasks and act on others', async () => {
    const { db } = await kind.fresh();
    const [begun, finish] = [gate(), gate()];
    const tasker = await start(db, {
      templates: [
        graphOf(chainOf(1)),
        graphOf(chainOf(1), { name: 'child', every: { handler: { callable: 'nobody' } } }),
      ],
      handlers: {
        async do() {
          begun.open();
          await finish.opened;
          const child = await tasker.submit({ name: 'child', context: {} });
          await tasker.cancelTask(child.id);
          return { child: child.id };
        },
      },
    });
    const task = await tasker.submit(request);
    await begun.opened;
    const stopped = tasker.stop();
    finish.open();
    await stopped;
    const [step] = await findSteps(db, [task.id]);
    expect(step).toMatchObject({ state: 'complete', attempts: 1 });
    const [child] = Object.values(step?.result ?? {});
    expect(await findTask(db, `${child}`)).toMatchObject({ state: 'cancelled' });
  });

  it('a second stop may have less patience than the first', async () => {
    const { db } = await kind.fresh();
    const begun = gate();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1))],
      worker: { shutdownMs: 3_600_000 },
      handlers: {
        do({ signal }) {
          begun.open();
          return untilAborted(signal);
        },
      },
    });
    const task = await tasker.submit(request);
    await begun.opened;
    const patient = tasker.stop();
    await tasker.stop({ abort: true });
    await patient;
    expect(await findSteps(db, [task.id])).toMatchObject([{ state: 'pending', attempts: 0, ready: true }]);
  });

  it('what was accepted before a stop is in the database after it', async () => {
    const { db, url } = await kind.fresh();
    const tasker = await start(kind.concurrent ? url : db, { templates: [graphOf(chainOf(1))], worker: false });
    const submissions = Promise.allSettled(Array.from({ length: 200 }, () => tasker.submit(request)));
    await tasker.stop();
    const answers = await submissions;
    const accepted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(String(answer.reason)).toContain('the Tasker was stopped');
    }
    const rows = await db.query<{ id: string }>({ text: 'select id from tasker.task' });
    expect(rows.map(({ id }) => id).toSorted()).toEqual(accepted.toSorted());
  });

  it('an attempt that takes too long is aborted, recorded and tried again, whether its handler listens or not (CORE-79, TC-77)', async () => {
    const { db } = await kind.fresh();
    const reasons: unknown[] = [];
    const never = gate();
    const tasker = await start(db, {
      templates: [
        graphOf(
          { listens: [], deaf: [] },
          { every: { timeout_seconds: 0.05, retry: { max_attempts: 2, backoff: 'none' } } },
        ),
      ],
      handlers: {
        async do({ stepName, attempt, signal }) {
          if (attempt === 2) return 'in time';
          if (stepName === 'deaf') await never.opened;
          return untilAborted(signal).catch((reason: unknown) => {
            reasons.push(reason);
            throw reason;
          });
        },
      },
    });
    const task = await tasker.submit(request);
    const { status } = await task.completed();
    never.open();
    expect(status).toBe('complete');
    expect(reasons).toMatchObject([{ name: 'AttemptTimedOut', message: 'the attempt took longer than 50 ms' }]);
    const attempts = await db.query<object>({
      text: 'select step, attempt, outcome, error from tasker.attempt order by step, attempt',
    });
    const timedOut = {
      attempt: 1,
      outcome: 'error',
      error: { message: 'the attempt took longer than 50 ms', class: 'AttemptTimedOut', code: 'TIMEOUT' },
    };
    expect(attempts).toMatchObject([
      timedOut,
      { attempt: 2, outcome: 'complete' },
      timedOut,
      { attempt: 2, outcome: 'complete' },
    ]);
  });

  it('an attempt that runs out of time for good fails the task with the code of the last (CORE-79)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { every: { timeout_seconds: 0.02, retry: { max_attempts: 1 } } })],
      handlers: { do: ({ signal }) => untilAborted(signal) },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toEqual({ status: 'error', results: {} });
    expect(await findSteps(db, [task.id])).toMatchObject([
      { state: 'error', failedForGood: true, error: { code: 'TIMEOUT' } },
    ]);
  });

  it('what has priority goes first, and of equals what waits longest (CORE-137, TC-23)', async () => {
    const { db } = await kind.fresh();
    const idle = await start(db, { templates: [graphOf(chainOf(1))], worker: false });
    for (const [i, priority] of [0, -100, 5, 100, 5, 0].entries()) {
      await idle.submit({ ...request, priority, context: { i } });
    }
    const ran: unknown[] = [];
    const all = countdown(6);
    await start(db, {
      worker: { concurrency: 1 },
      handlers: {
        do({ inputData }) {
          ran.push(inputData['i']);
          all.count();
        },
      },
    });
    await all.reached;
    expect(ran).toEqual([3, 2, 4, 0, 5, 1]);
  });

  it('a long task does not keep a short one waiting until it is through (CORE-66, CORE-137)', async () => {
    const { db } = await kind.fresh();
    const long = 200;
    let before = 0;
    const tasker = await start(db, {
      templates: [
        graphOf(chainOf(long), { name: 'long' }),
        graphOf(chainOf(1), { name: 'short', namespace: 'other', every: { handler: { callable: 'short' } } }),
      ],
      worker: { concurrency: 1 },
      handlers: { do: () => void (before += 1), short: () => ({ before }) },
    });
    const heard = listen(tasker);
    const longer = await tasker.submit({ name: 'long', context: {} });
    await heard.until('step.completed');
    const short = await tasker.submit({ namespace: 'other', name: 'short', context: {} });
    const { results } = await short.completed();
    await longer.completed();
    expect(results['s0']).toMatchObject({ before: expect.toSatisfy((count: number) => count < long / 2) });
  });

  it('a worker without room for tasks fetches what it needs and forgets nothing', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] })],
      worker: { cacheBytes: 0 },
      handlers: { do: ({ dependencyResults }) => Object.keys(dependencyResults) },
    });
    const heard = listen(tasker);
    const tasks = await tasker.submitMany(Array.from({ length: 20 }, (_, i) => ({ name: 'graph', context: { i } })));
    for (const task of tasks) expect(await task.completed()).toMatchObject({ status: 'complete' });
    for (const task of tasks) await heard.until('task.completed', isStep(task.id));
  });

  it('an independent branch does not wait for a slow one (CORE-66)', async () => {
    const { db } = await kind.fresh();
    const last = gate();
    const tasker = await start(db, {
      templates: [graphOf({ slow: [], ...chainOf(5) })],
      handlers: {
        do: ({ stepName }) => (stepName === 'slow' ? last.opened : stepName === 's4' ? last.open() : undefined),
      },
    });
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'complete' });
  });

  it('a step for which a process has no such method fails with the names of what there is', async () => {
    const { db } = await kind.fresh();
    const template = graphOf(chainOf(1), {
      every: { handler: { callable: 'do', method: 'gone' }, retry: { max_attempts: 1 } },
    });
    const tasker = await start(db, { templates: [template], handlers: { do: { call: () => 1 } } });
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'error' });
    expect(await findSteps(db, [task.id])).toMatchObject([
      {
        error: {
          code: 'METHOD_NOT_FOUND',
          message: 'Handler `do` has no method `gone`. It has: call.',
        },
      },
    ]);
  });

  it('an operator’s edits reach the next attempt: more attempts, other inputs (CORE-25)', async () => {
    const { db } = await kind.fresh();
    const seen: unknown[] = [];
    const tasker = await start(db, {
      templates: [graphOf({ only: [] }, { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        do({ inputData, maxAttempts, attempt }) {
          seen.push([attempt, maxAttempts, inputData]);
          if (inputData['card'] !== 'good') throw new Error('declined');
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: { card: 'bad', order: 7 } });
    await task.completed();
    await tasker.editStep(task.id, 'only', { inputs: { card: 'good' }, maxAttempts: 4 }, { actor: 'ada' });
    await tasker.retryStep(task.id, 'only');
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(seen).toEqual([
      [1, 1, { card: 'bad', order: 7 }],
      [2, 4, { card: 'good', order: 7 }],
    ]);
    expect(await findTask(db, task.id)).toMatchObject({ context: { card: 'bad', order: 7 } });
  });

  it('a handler’s log lines carry the ids of its task, step and attempt and the correlation id (CORE-127, CORE-130, TC-26)', async () => {
    const { db } = await kind.fresh();
    const log = createLog();
    const tasker = await start(db, {
      logger: log,
      templates: [graphOf(chainOf(2))],
      handlers: {
        do({ logger, attempt, stepName }) {
          logger.info({ extra: stepName }, 'at work');
          if (attempt === 1) throw new Error('once more');
        },
      },
    });
    const task = await tasker.submit({ ...request, correlationId: 'request-1' });
    await task.completed();
    const lines = log.lines.filter(({ message }) => message === 'at work').map(({ fields }) => fields);
    const line = (step: string, attempt: number) => ({
      task_id: task.id,
      step,
      attempt,
      correlation_id: 'request-1',
      extra: step,
    });
    expect(lines).toMatchObject([line('s0', 1), line('s0', 2), line('s1', 1), line('s1', 2)]);
    expect(isStep(task.id)).toBeTypeOf('function');
  });

  it('an attempt that takes longer than it should is warned of (CORE-128)', async () => {
    const { db } = await kind.fresh();
    const log = createLog();
    const busy = () => {
      for (const beganAt = performance.now(); performance.now() - beganAt < 5; );
      return {};
    };
    const tasker = await start(db, {
      logger: log,
      slowThresholdMs: 3,
      templates: [graphOf(chainOf(1))],
      handlers: { do: busy },
    });
    await (await tasker.submit(request)).completed();
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([
      { message: 'an attempt took longer than 3 ms', fields: { step: 's0', attempt: 1 } },
    ]);
    await expect(start(db, { slowThresholdMs: 0 })).rejects.toThrow(
      'slowThresholdMs must be a whole number of at least 1',
    );
  });

  it('a logger that throws breaks nothing (CORE-131)', async () => {
    const { db } = await kind.fresh();
    const broken = () => {
      throw new Error('the disk of the logs is full');
    };
    const logger = { debug: broken, info: broken, warn: broken, error: broken, child: () => logger };
    const tasker = await start(db, {
      logger,
      templates: [graphOf(chainOf(1))],
      handlers: {
        do: (context) => {
          context.logger.info('at work');
          return 'done';
        },
      },
    });
    tasker.on('task.completed', broken);
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'complete', results: { s0: { result: 'done' } } });
  });

  it('an attempt’s duration is the time of its handler (CORE-88)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1))],
      handlers: { do: () => new Promise((resolve) => setTimeout(resolve, 200)) },
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    const event = await heard.until('step.completed');
    await task.completed();
    expect(event).toMatchObject({
      execution_duration: expect.toSatisfy((seconds: number) => seconds >= 0.19 && seconds < 5),
    });
    const [step] = await findSteps(db, [task.id]);
    expect(step?.durationMs).toBeCloseTo(1000 * Number(Reflect.get(event, 'execution_duration')), -1);
  });
});
