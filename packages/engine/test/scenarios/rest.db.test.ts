import { expect, it } from 'vitest';
import { findSteps, RetryableError } from '../../src/index.ts';
import { databaseInStep, installSettableClock } from '../../src/testing/settable-clock.ts';
import { createSimulatedClock } from '../../src/testing/simulated-clock.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import type { TestDatabase } from '../servers/test-database.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { intercept } from './intercept.ts';
import { untilAborted } from './signals.ts';
import { start } from './start.ts';

const request = { name: 'graph', context: {} };

/** A clock that the test moves, for the engine and for the database, and the statements that are sent meanwhile. */
async function simulate({ db }: TestDatabase) {
  const clock = createSimulatedClock();
  await installSettableClock(db, new Date(clock.now()));
  const statements: string[] = [];
  const database = intercept(databaseInStep(db, clock), (statement, run) => {
    statements.push(statement.name ?? statement.text);
    return run();
  });
  return {
    clock,
    database,
    /** Statements of so long a time. */
    async sentIn(durationMs: number): Promise<string[]> {
      statements.length = 0;
      await clock.advanceBy(durationMs);
      return [...statements];
    },
  };
}

describeOneDatabase((kind) => {
  it('at rest a process asks the database no more than once a second, all told', async () => {
    const { clock, database, sentIn } = await simulate(await kind.fresh());
    await start(database, { clock, templates: [graphOf(chainOf(1))], handlers: { do: () => 1 } });
    await clock.advanceBy(10_000);
    const sent = await sentIn(600_000);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThanOrEqual(600);
  });

  it('a process that does not work is quieter still', async () => {
    const { clock, database, sentIn } = await simulate(await kind.fresh());
    await start(database, { clock, worker: false });
    await clock.advanceBy(10_000);
    expect((await sentIn(600_000)).length).toBeLessThanOrEqual(150);
  });

  it('tasks that wait for their next attempt, and callers who wait for them, keep nobody busy (CORE-65)', async () => {
    const { clock, database, sentIn } = await simulate(await kind.fresh());
    const tasker = await start(database, {
      clock,
      templates: [graphOf(chainOf(1), { every: { retry: { max_attempts: 2 } } })],
      handlers: {
        do({ attempt }) {
          if (attempt === 1) throw new RetryableError('later', { retryAfter: 3_600 });
        },
      },
    });
    await clock.advanceBy(10_000);
    const idle = (await sentIn(600_000)).length;
    const tasks = await tasker.submitMany(Array.from({ length: 100 }, () => request));
    const outcomes = Promise.all(tasks.map((task) => task.completed()));
    await clock.advanceBy(10_000);
    const waiting = (await sentIn(600_000)).length;
    expect(waiting).toBeLessThanOrEqual(600);
    expect(waiting - idle).toBeLessThanOrEqual(310);
    await clock.advanceBy(3_600_000);
    expect((await outcomes).map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 'complete'));
  });

  it('who asks for a task that ended long ago, or submits it again, does not wait for a look that was due anyway', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const working = await start(database, { clock, templates: [graphOf(chainOf(1))], handlers: { do: () => 1 } });
    const keyed = { ...request, idempotencyKey: 'one' };
    const task = await working.submit(keyed);
    await task.completed();
    const asking = await start(database, { clock, worker: false, upkeep: false });
    expect(await asking.task(task.id).completed()).toMatchObject({ status: 'complete' });
    expect(await (await asking.submit(keyed)).completed()).toMatchObject({ status: 'complete' });
    // to stop takes time, too
    await clock.advanceBy(1_000);
  });

  it('a task that a server asks to come back in 30 seconds comes back in 30 seconds (CORE-55, CORE-134, timeline 2)', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const at: number[] = [];
    const tasker = await start(database, {
      clock,
      templates: [graphOf({ only: [], after: ['only'] })],
      handlers: {
        do({ stepName, attempt }) {
          at.push(Math.round(clock.elapsed()));
          if (stepName === 'only' && attempt === 1) throw new RetryableError('busy', { retryAfter: 30 });
        },
      },
    });
    const task = await tasker.submit(request);
    const outcome = task.completed();
    await clock.advanceBy(29_900);
    expect(at).toHaveLength(1);
    expect(await findSteps(database, [task.id])).toMatchObject([{ state: 'error', failedForGood: false }, {}]);
    await clock.advanceBy(200);
    expect(await outcome).toMatchObject({ status: 'complete' });
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeLessThan(30_100);
  });

  it('a transient failure is retried after the wait of its template and the task goes on (CORE-53, CORE-134, timeline 1)', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const at: number[] = [];
    const retry = {
      max_attempts: 4,
      backoff: 'table',
      backoff_table_ms: [2_000, 10_000, 60_000],
      max_backoff_ms: 60_000,
      jitter: 0,
    };
    const tasker = await start(database, {
      clock,
      templates: [graphOf({ only: [] }, { every: { retry } })],
      handlers: {
        do({ attempt }) {
          at.push(clock.elapsed());
          if (attempt < 4) throw new Error('not yet');
        },
      },
    });
    const task = await tasker.submit(request);
    const outcome = task.completed();
    await clock.advanceBy(80_000);
    expect(await outcome).toMatchObject({ status: 'complete' });
    const waits = at.slice(1).map((moment, i) => moment - (at[i] ?? 0));
    for (const [i, wait] of [2_000, 10_000, 60_000].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(wait);
      expect(waits[i]).toBeLessThan(wait + 100);
    }
  });

  it('of several waits the earliest wakes the worker (CORE-39, CORE-81)', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const order: string[] = [];
    const waits: Record<string, number> = { slow: 100, quick: 10, middle: 40 };
    const tasker = await start(database, {
      clock,
      worker: { pollMs: 3_600_000 },
      templates: [graphOf({ slow: [], quick: [], middle: [] })],
      handlers: {
        do({ stepName, attempt }) {
          if (attempt === 1) throw new RetryableError('later', { retryAfter: waits[stepName] ?? 0 });
          order.push(`${stepName} ${Math.floor(clock.elapsed() / 1000)}`);
        },
      },
    });
    const task = await tasker.submit(request);
    const began = clock.elapsed();
    const outcome = task.completed();
    await clock.advanceBy(101_000);
    expect(await outcome).toMatchObject({ status: 'complete' });
    expect(order).toEqual(
      ['quick', 'middle', 'slow'].map((name) => `${name} ${Math.floor(began / 1000) + (waits[name] ?? 0)}`),
    );
  });

  it('two workers and one task: each step runs once (CORE-68, CORE-134, timeline 3, TC-16)', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const ran: string[] = [];
    const handlers = {
      do: ({ stepName, attempt }: { stepName: string; attempt: number }) => void ran.push(`${stepName} ${attempt}`),
    };
    const one = await start(database, { clock, templates: [graphOf({ a: [], b: [], c: ['a', 'b'] })], handlers });
    await start(database, { clock, handlers });
    const task = await one.submit(request);
    const outcome = task.completed();
    await clock.advanceBy(60_000);
    expect(await outcome).toMatchObject({ status: 'complete' });
    expect(ran.toSorted()).toEqual(['a 1', 'b 1', 'c 1']);
  });

  it('a handler that never ends is timed out, however long that takes (CORE-79)', async () => {
    const { clock, database } = await simulate(await kind.fresh());
    const tasker = await start(database, {
      clock,
      templates: [graphOf(chainOf(1), { every: { timeout_seconds: 600, retry: { max_attempts: 1 } } })],
      handlers: { do: ({ signal }) => untilAborted(signal) },
    });
    const task = await tasker.submit(request);
    const outcome = task.completed();
    await clock.advanceBy(601_000);
    expect(await outcome).toMatchObject({ status: 'error' });
    const [step] = await findSteps(database, [task.id]);
    expect(step).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(step?.durationMs).toBeGreaterThanOrEqual(600_000);
  });
});
