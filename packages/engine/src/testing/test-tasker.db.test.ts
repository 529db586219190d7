import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { TestDatabase } from '../../test/servers/test-database.ts';
import { defineTask } from '../define.ts';
import { type TaskerLogger, taskDetail } from '../index.ts';
import { createTestTasker, type TestTasker } from './index.ts';

const hourMs = 3_600_000;

describeEachDatabase((kind) => {
  let database: TestDatabase;
  let calls: string[] = [];
  beforeAll(async () => {
    database = await kind.create();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    calls = [];
  });

  async function inTest(options: Parameters<typeof createTestTasker>[0], run: (tasker: TestTasker) => Promise<void>) {
    const tasker = await createTestTasker({ database: database.db, ...options });
    try {
      await run(tasker);
    } finally {
      await tasker.stop();
    }
  }

  const patient = defineTask({ name: 'patient' })
    .step('charge', {
      retry: { maxAttempts: 3, backoff: 'linear', baseMs: hourMs, maxMs: 24 * hourMs, jitter: 0 },
      run: ({ context }) => {
        calls.push(`charge ${context.attempt}`);
        if (context.attempt < 3) throw new Error('busy');
        return { paid: true };
      },
    })
    .step('ship', { after: ['charge'], run: ({ results }) => ({ sent: results.charge.paid }) });

  test('A workflow that waits for hours runs in no time, to the microsecond of its policy. (TC-142)', async () => {
    await inTest({ tasks: [patient] }, async (tasker) => {
      const task = await tasker.submit(patient, {});
      const outcome = await tasker.runToEnd(task);
      expect(outcome).toEqual({ status: 'complete', results: { charge: { paid: true }, ship: { sent: true } } });
      const record = await tasker.record(task.id);
      record.assertAttempts({ charge: ['error', 'error', 'complete'], ship: ['complete'] });
      record.assertOrder('charge', 'ship');
      const starts = record.facts.filter(({ kind, step }) => kind === 'attempt_started' && step === 'charge');
      const [first = 0, second = 0, third = 0] = starts.map(({ at }) => at.getTime());
      expect([second - first, third - second]).toEqual([hourMs, 2 * hourMs]);
    });
  });

  test('What is read in one snapshot can be read in a test, too.', async () => {
    await inTest({ tasks: [patient] }, async (tasker) => {
      const task = await tasker.submit(patient, {});
      expect((await taskDetail(tasker.db, task.id))?.steps.map(({ name }) => name)).toEqual(['charge', 'ship']);
      expect((await tasker.runToEnd(task)).status).toBe('complete');
    });
  });

  test('Nothing moves until time does.', async () => {
    await inTest({ tasks: [patient] }, async (tasker) => {
      const task = await tasker.submit(patient, {});
      await tasker.advanceTime(0);
      expect(calls).toEqual(['charge 1']);
      await tasker.advanceTime(hourMs - 1);
      expect(calls).toEqual(['charge 1']);
      await tasker.advanceTime(1);
      expect(calls).toEqual(['charge 1', 'charge 2']);
      await tasker.cancelTask(task.id);
      expect((await tasker.runToEnd(task)).status).toBe('cancelled');
    });
  });

  test('A handler that takes its time in the test is timed out by it.', async () => {
    await inTest({}, async (tasker) => {
      const slow = defineTask({ name: 'slow' }).step('wait', {
        timeoutSeconds: 60,
        retry: { maxAttempts: 2, backoff: 'none' },
        run: async ({ context }) => {
          await tasker.clock.sleep(context.attempt === 1 ? 61_000 : 59_000);
          return null;
        },
      });
      await tasker.register(slow);
      const task = await tasker.submit(slow, {});
      expect((await tasker.runToEnd(task)).status).toBe('complete');
      (await tasker.record(task.id)).assertAttempts({ wait: ['error', 'complete'] });
      expect(tasker.clock.elapsed()).toBeGreaterThanOrEqual(119_000);
    });
  });

  test('The time that a test lets pass is warned of only if the test says how long attempts may take.', async () => {
    const warnings: string[] = [];
    const ignore = () => undefined;
    const logger: TaskerLogger = {
      debug: ignore,
      info: ignore,
      warn: (_: object | string, message?: string) => warnings.push(message ?? ''),
      error: ignore,
      child: () => logger,
    };
    for (const slowThresholdMs of [{}, { slowThresholdMs: 60_000 }]) {
      await inTest({ logger, ...slowThresholdMs }, async (tasker) => {
        const long = defineTask({ name: 'long' }).step('wait', {
          run: async () => {
            await tasker.clock.sleep(61_000);
            return null;
          },
        });
        await tasker.register(long);
        expect((await tasker.runToEnd(await tasker.submit(long, {}))).status).toBe('complete');
      });
    }
    expect(warnings).toEqual(['an attempt took longer than 60000 ms']);
  });

  test('Time stands still while a handler does real work.', async () => {
    await inTest({}, async (tasker) => {
      const real = defineTask({ name: 'real' }).step('work', {
        timeoutSeconds: 1,
        run: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return tasker.clock.elapsed();
        },
      });
      await tasker.register(real);
      const outcome = await tasker.runToEnd(await tasker.submit(real, {}));
      expect(outcome).toEqual({ status: 'complete', results: { work: 0 } });
    });
  });

  test('The same seed takes the same course, jitter and ids included.', async () => {
    const jittery = defineTask({ name: 'jittery' }).step('fail', {
      retry: { maxAttempts: 4, jitter: 1 },
      run: () => {
        throw new Error('always');
      },
    });
    const courseOf = async (seed: number) => {
      const fresh = await kind.create();
      const tasker = await createTestTasker({ database: fresh.db, tasks: [jittery], seed });
      const task = await tasker.submit(jittery, {});
      expect((await tasker.runToEnd(task)).status).toBe('error');
      const { facts } = await tasker.record(task.id);
      const course = [task.id, facts.map(({ kind, at, retryAt }) => [kind, at, retryAt])];
      await tasker.stop();
      await fresh.drop();
      return course;
    };
    const first = await courseOf(1);
    expect(await courseOf(1)).toEqual(first);
    expect(await courseOf(2)).not.toEqual(first);
  });

  test('A task that cannot end by itself is an error that says what it waits for.', async () => {
    await inTest({ worker: false, tasks: [patient] }, async (tasker) => {
      const task = await tasker.submit(patient, {});
      await expect(tasker.runToEnd(task, hourMs)).rejects.toThrow(/does not end by itself:\n {2}charge: .*worker/);
    });
  });

  test('Assertions that do not hold say what is so. (TC-142)', async () => {
    await inTest({ tasks: [patient] }, async (tasker) => {
      const task = await tasker.submit(patient, {});
      await tasker.runToEnd(task);
      const record = await tasker.record(task.id);
      expect(() => record.assertAttempts({ charge: ['complete'] })).toThrow('{"charge":["error","error","complete"]}');
      expect(() => record.assertOrder('ship', 'charge')).toThrow('charge, ship completed, in this order');
      record.assertAttempts({ unheard_of: [] });
      await expect(tasker.record('00000000-0000-7000-8000-000000000000')).rejects.toThrow('There is no task');
    });
  });
});
