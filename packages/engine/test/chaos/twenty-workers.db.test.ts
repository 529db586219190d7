import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import type { StepContext, Tasker } from '../../src/index.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { chainOf, graphOf } from '../scenarios/graph-of.ts';
import { start } from '../scenarios/start.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { expectSoundHistory, noteDown, prepareDiary, type Run } from './history-of-runs.ts';

const diamond = { first: [], left: ['first'], right: ['first'], join: ['left', 'right'], last: ['join'] };

describeOneDatabase((kind) => {
  it('twenty workers on one database run ten thousand steps, each once and after its parents (CORE-67, TC-93, TC-143)', async () => {
    const { db, url } = await kind.fresh();
    await prepareDiary(db);
    const runs: Run[] = [];
    const taskers: Tasker[] = [];
    for (let i = 0; i < 20; i++) {
      const own = openPool(url, { maxConnections: 3 });
      onTestFinished(() => own.close());
      const work = ({ taskUuid, stepName, attempt }: StepContext) => {
        runs.push({ taskId: taskUuid, step: stepName, attempt, worker: `worker ${i}` });
        return new Promise((resolve) => setImmediate(resolve));
      };
      taskers.push(
        await start(own, {
          templates: [graphOf(diamond)],
          upkeep: i === 0,
          worker: { name: `worker ${i}`, concurrency: 10 },
          handlers: { do: work },
        }),
      );
    }
    const handles = await Promise.all(
      taskers.map((tasker) =>
        tasker.submitMany(Array.from({ length: 100 }, (_, i) => ({ name: 'graph', context: { i } }))),
      ),
    );
    const outcomes = await Promise.all(handles.flat().map((task) => task.completed()));
    expect(outcomes.filter(({ status }) => status !== 'complete')).toEqual([]);
    for (const tasker of taskers) await tasker.stop();
    await noteDown(db, runs);
    await expectSoundHistory(db, 2_000, 5);
    expect(runs).toHaveLength(10_000);
    expect(new Set(runs.map(({ worker }) => worker)).size).toBe(20);
  }, 60_000);

  it('memory stays flat over ten thousand steps (CORE-89, TC-91)', async () => {
    const { db } = await kind.fresh();
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const heapBytes = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const tasker = await start(db, {
      templates: [graphOf(chainOf(10))],
      handlers: { do: ({ stepName }) => ({ stepName, filling: 'x'.repeat(200) }) },
    });
    const run = async (tasks: number) => {
      const handles = await tasker.submitMany(
        Array.from({ length: tasks }, (_, i) => ({ name: 'graph', context: { i } })),
      );
      await Promise.all(handles.map((task) => task.completed()));
    };
    await run(300);
    const before = heapBytes();
    for (let round = 0; round < 10; round++) await run(100);
    const grown = heapBytes() - before;
    // what these steps returned alone is 2 MB; kept as tasks it would be 7
    expect(grown).toBeLessThan(3_000_000);
  }, 60_000);
});
