import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEachDatabase } from '../servers/databases.ts';
import type { TestDatabase } from '../servers/test-database.ts';
import type { JournalRow } from './journal.ts';
import { judge } from './judge.ts';
import { simulate } from './simulate.ts';
import { prepareSubstrate, type Substrate } from './substrate.ts';

/**
 * Random graphs, handlers, operators, crashes, pauses and lost, late and repeated statements, on the real engine in
 * simulated time. `SIMULATION_SEED=17` runs one of them, `SIMULATION_SEEDS=5000` that many.
 *
 * In process a transaction is one event, and hundreds of seeds take a minute. On a server the statements of
 * transactions interleave and wait for each other's locks, at many times the price.
 */
const usualSeeds = { inProcess: 200, onServer: 12 };
const seedsPerTest = 20;

describeEachDatabase(({ create, concurrent }) => {
  let database: TestDatabase;
  let substrate: Substrate;
  beforeAll(async () => {
    database = await create();
    substrate = await prepareSubstrate(database);
  });
  afterAll(async () => {
    await substrate.close();
    await database.drop();
  });

  const seeds = chosenSeeds(concurrent ? usualSeeds.onServer : usualSeeds.inProcess);
  test.for(seeds)('The invariants hold for the seeds %i to %i.', { timeout: 600_000 }, async ([first, last]) => {
    for (let seed = first; seed <= last; seed += 1) {
      expect(judge(await simulate(substrate, seed)), `SIMULATION_SEED=${seed}`).toEqual([]);
    }
  });

  test('The same seed takes the same course.', { timeout: 60_000 }, async () => {
    const seed = seeds[0]?.[0] ?? 1;
    const one = await simulate(substrate, seed);
    await database.db.script('analyze'); // what the planner knows by now must not matter
    const other = await simulate(substrate, seed);
    expect(commits(one.journal)).toEqual(commits(other.journal));
    expect(one.starts).toEqual(other.starts);
  });
});

/** What each commit changed. In which order one statement writes its rows is the planner's affair. */
function commits(journal: readonly JournalRow[]): { time: number; changes: string[] }[] {
  const changes = new Map<string, { time: number; changes: string[] }>();
  for (const { commit, time, change } of journal) {
    const one = changes.get(commit) ?? { time, changes: [] };
    one.changes.push(JSON.stringify(change));
    changes.set(commit, one);
  }
  return [...changes.values()].map(({ time, changes: all }) => ({ time, changes: all.toSorted() }));
}

/** In groups, as first and last. */
function chosenSeeds(usual: number): [number, number][] {
  const { SIMULATION_SEED: one, SIMULATION_SEEDS: many } = process.env;
  if (one !== undefined) return [[Number(one), Number(one)]];
  const count = many === undefined ? usual : Number(many);
  return Array.from({ length: Math.ceil(count / seedsPerTest) }, (_, group) => [
    group * seedsPerTest + 1,
    Math.min((group + 1) * seedsPerTest, count),
  ]);
}
