import { beforeEach, expect, test } from 'vitest';
import type { Database, Queryable } from '../index.ts';
import { type Fault, noFault, randomFaults } from './faults.ts';
import { seededRandom } from './seeded-random.ts';
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts';
import { createSimulatedProcess, type SimulatedProcess } from './simulated-process.ts';

/** Writes down what reaches it. */
class RecordingDatabase implements Database {
  readonly kind = 'server';
  readonly schema = 'tasker';
  readonly reached: string[] = [];
  deliver: (payload: string) => void = () => undefined;

  query<Row extends object>({ text }: { text: string }): Promise<Row[]> {
    this.reached.push(text);
    return Promise.resolve([]);
  }
  script(text: string): Promise<void> {
    this.reached.push(text);
    return Promise.resolve();
  }
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    this.reached.push('begin');
    try {
      const result = await work(this);
      this.reached.push('commit');
      return result;
    } catch (error) {
      this.reached.push('rollback');
      throw error;
    }
  }
  listen(_channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    this.deliver = onMessage;
    return Promise.resolve(() => Promise.resolve());
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

let clock: SimulatedClock;
let database: RecordingDatabase;
let faults: Partial<Fault>[] = [];
let process: SimulatedProcess;

beforeEach(() => {
  clock = createSimulatedClock();
  database = new RecordingDatabase();
  faults = [];
  process = createSimulatedProcess({ clock, database, decide: () => ({ ...noFault, ...faults.shift() }) });
});

/** How something stands that may never end. */
function watch(work: Promise<unknown>): { state: string } {
  const watched = { state: 'open' };
  const become = (state: string) => Object.assign(watched, { state });
  work.then(
    () => become('answered'),
    (error: unknown) => become(error instanceof Error && 'code' in error ? String(error.code) : 'failed'),
  );
  return watched;
}

test.for<[Fault['kind'], string, string[], string[]]>([
  ['none', 'answered', ['a'], ['a']],
  ['refused', 'ECONNRESET', [], []],
  ['lost', 'ECONNRESET', ['a'], ['a']],
  ['late', 'ECONNRESET', [], ['a']],
  ['twice', 'answered', ['a'], ['a', 'a']],
  ['crash_before', 'open', [], []],
  ['crash_after', 'open', ['a'], ['a']],
])('A statement that befalls %s ends as %s.', async ([kind, end, soon, later]) => {
  faults = [{ kind, laterMs: 1_000 }];
  const statement = watch(process.database.query({ text: 'a' }));
  await clock.advanceBy(10);
  expect([statement.state, database.reached]).toEqual([end, soon]);
  await clock.advanceBy(1_000);
  expect([statement.state, database.reached]).toEqual([end, later]);
});

test.for<[Fault['kind'], string, string[]]>([
  ['none', 'answered', ['begin', 'a', 'commit']],
  ['refused', 'ECONNRESET', ['begin', 'a', 'rollback']],
  ['lost', 'ECONNRESET', ['begin', 'a', 'commit']],
  ['late', 'ECONNRESET', ['begin', 'a', 'commit']],
  ['crash_before', 'open', ['begin', 'a', 'rollback']],
  ['crash_after', 'open', ['begin', 'a', 'commit']],
])('A commit that befalls %s ends as %s.', async ([kind, end, reached]) => {
  faults = [{ kind, laterMs: 1_000 }];
  const transaction = watch(process.database.transaction((tx) => tx.query({ text: 'a' })));
  await clock.advanceBy(2_000);
  expect([transaction.state, database.reached]).toEqual([end, reached]);
});

test.for<[Fault['kind'], string]>([
  ['refused', 'ECONNRESET'],
  ['lost', 'ECONNRESET'],
  ['crash_before', 'open'],
  ['crash_after', 'open'],
])(
  'A statement in a transaction that befalls %s takes the transaction along, whoever catches it.',
  async ([kind, end]) => {
    faults = [noFault, { kind }];
    const transaction = watch(
      process.database.transaction(async (tx) => {
        await tx.query({ text: 'a' }).catch(() => undefined);
        await tx.query({ text: 'b' }).catch(() => undefined);
      }),
    );
    await clock.advanceBy(10);
    expect(transaction.state).toBe(end);
    expect(database.reached).not.toContain('commit');
  },
);

test('Delays pass on the clock, there and back.', async () => {
  faults = [{ beforeMs: 100, afterMs: 50 }];
  const statement = watch(process.database.query({ text: 'a' }));
  await clock.advanceBy(99);
  expect(database.reached).toEqual([]);
  await clock.advanceBy(50);
  expect([statement.state, database.reached]).toEqual(['open', ['a']]);
  await clock.advanceBy(1);
  expect(statement.state).toBe('answered');
});

test('A process that is paused hears of nothing until it goes on.', async () => {
  const heard: string[] = [];
  await process.database.listen('channel', (payload) => heard.push(payload));
  process.clock.wakeAfter(10, () => heard.push('timer'));
  const takeBack = process.clock.wakeAfter(20, () => heard.push('taken back'));
  process.pause();
  const statement = watch(process.database.query({ text: 'a' }));
  database.deliver('news');
  await clock.advanceBy(60_000);
  expect([statement.state, heard]).toEqual(['open', []]);
  takeBack();
  process.resume();
  await clock.settled();
  expect([statement.state, heard]).toEqual(['answered', ['news', 'timer']]);
});

test('A process that has crashed hears of nothing any more, and reaches nothing.', async () => {
  const heard: string[] = [];
  process.clock.wakeAfter(10, () => heard.push('timer'));
  const before = watch(process.database.query({ text: 'before' }));
  process.crash();
  const after = watch(process.database.query({ text: 'after' }));
  await clock.advanceBy(60_000);
  expect([before.state, after.state, heard, database.reached]).toEqual(['open', 'open', [], ['before']]);
});

test('Random faults come as often as they should, and the same for the same seed.', () => {
  const tally = (seed: number) => {
    const decide = randomFaults(seededRandom(seed), { rates: { lost: 0.2, late: 0.1 }, latencyMs: 5 });
    return Array.from({ length: 2_000 }, () => decide({ kind: 'statement', name: undefined }));
  };
  const decided = tally(1);
  const share = (kind: Fault['kind']) => decided.filter((fault) => fault.kind === kind).length / decided.length;
  expect(share('lost')).toBeCloseTo(0.2, 1);
  expect(share('late')).toBeCloseTo(0.1, 1);
  expect(share('refused')).toBe(0);
  expect(Math.max(...decided.map((fault) => fault.beforeMs))).toBeLessThanOrEqual(5);
  expect(tally(1)).toEqual(decided);
  expect(tally(2)).not.toEqual(decided);
});
