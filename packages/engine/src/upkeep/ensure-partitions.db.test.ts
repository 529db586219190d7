import { expect, it, onTestFinished } from 'vitest';
import { chainOf, graphOf } from '../../test/scenarios/graph-of.ts';
import { intercept } from '../../test/scenarios/intercept.ts';
import { start } from '../../test/scenarios/start.ts';
import { describeOneDatabase } from '../../test/servers/databases.ts';
import { systemClock, type Tasker } from '../index.ts';
import { openPool } from '../postgres/pool.ts';
import { installSettableClock, setDatabaseTime } from '../testing/settable-clock.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { ensurePartitionsAt } from './ensure-partitions.sql.ts';

const dayMs = 86_400_000;
const request = { name: 'graph', context: {} };
const templates = [graphOf(chainOf(2))];
const handlers = { do: () => 'done' };

async function weeksOf({ db }: Tasker): Promise<number> {
  const [row] = await db.query<{ count: number }>({
    text: `select count(*)::int as count from pg_inherits where inhparent = 'tasker.task'::regclass`,
  });
  return row?.count ?? 0;
}

describeOneDatabase((kind) => {
  it('a process that runs for weeks makes room for the week to come, hour by hour', async () => {
    const { db } = await kind.fresh();
    const clock = createSimulatedClock();
    await installSettableClock(db, new Date(clock.now()));
    const inTurn = intercept(db, async (_, run) => {
      const goOn = clock.standStill();
      return run().finally(goOn);
    });
    const tasker = await start(inTurn, { clock, worker: false });
    const before = await weeksOf(tasker);
    await setDatabaseTime(db, new Date(clock.now() + 7 * dayMs));
    // the hour begins when the first round is over, which may itself take some of this time
    await clock.advanceBy(2 * 3_600_000);
    expect(await weeksOf(tasker)).toBe(before + 1);
  });

  it('a task whose id comes from a clock weeks ahead, or behind, finds room all the same', async () => {
    const { db } = await kind.fresh();
    for (const offDays of [40, -400]) {
      let offMs = 0;
      // it goes wrong only once the process has compared it with that of the database
      const clock = { ...systemClock, now: () => Date.now() + offMs };
      const tasker = await start(db, { clock, templates, handlers, upkeep: false });
      const before = await weeksOf(tasker);
      offMs = offDays * dayMs;
      const task = await tasker.submit(request);
      const [other] = await tasker.submitMany([{ ...request, idempotencyKey: `k${offDays}` }]);
      expect(await task.completed()).toMatchObject({ status: 'complete' });
      expect(await other?.completed()).toMatchObject({ status: 'complete' });
      expect(await weeksOf(tasker)).toBe(before + 1);
    }
  });

  it('ten processes that make the same room at the same moment make it once', async () => {
    const { db, url } = await kind.fresh();
    const pools = Array.from({ length: 10 }, () => openPool(url, { maxConnections: 1 }));
    onTestFinished(async () => void (await Promise.all(pools.map((pool) => pool.close()))));
    // each has looked for the room once before, and found none
    for (const pool of pools) await pool.query({ text: `select to_regclass('tasker.task_20350104')` });
    await Promise.all(pools.map((pool) => ensurePartitionsAt(pool, [Date.UTC(2035, 0, 4)])));
    expect(await db.query({ text: `select 1 from pg_class where relname = 'task_20350104'` })).toHaveLength(1);
  });

  it('many that find no room at once make it once', async () => {
    const { db, url } = await kind.fresh();
    let offMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + offMs };
    const taskers = [];
    for (let i = 0; i < 3; i++) {
      taskers.push(await start(kind.concurrent ? url : db, { clock, templates, worker: false, upkeep: false }));
    }
    offMs = 100 * dayMs;
    const tasks = await Promise.all(taskers.flatMap((tasker) => [1, 2, 3].map(() => tasker.submit(request))));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(9);
  });
});
