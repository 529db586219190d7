import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { chainOf, graphOf } from '../../test/scenarios/graph-of.ts';
import { start } from '../../test/scenarios/start.ts';
import { describeEachDatabase, describeOneDatabase, type TestDatabaseKind } from '../../test/servers/databases.ts';
import { findTask, type Tasker, taskHistory } from '../index.ts';
import type { Database, SqlValue, Statement } from '../postgres/database.ts';
import { installSettableClock, setDatabaseTime } from '../testing/settable-clock.ts';
import { dropHistory } from './drop-history.ts';

const weekMs = 7 * 86_400_000;
// a Thursday, with which weeks of history begin
const begin = new Date('2030-01-03T00:00:00Z');

/** A database in which time stands still until the test goes to another week. */
async function history(kind: TestDatabaseKind) {
  const { db, url } = await kind.fresh();
  await installSettableClock(db, begin);
  const templates = [
    graphOf(chainOf(2), { every: { skippable: true } }),
    graphOf(chainOf(1), { name: 'unserved', every: { handler: { callable: 'nobody' } } }),
  ];
  const goTo = async (week: number) => {
    await setDatabaseTime(db, new Date(begin.getTime() + week * weekMs));
    return start(db, { upkeep: false, templates, handlers: { do: () => 'done' } });
  };
  return { db, url, goTo };
}

async function finish(tasker: Tasker, more: object = {}): Promise<string> {
  const task = await tasker.submit({ name: 'graph', context: {}, ...more });
  expect(await task.completed()).toMatchObject({ status: 'complete' });
  return task.id;
}

const weeks = (tables: readonly string[]) => [...new Set(tables.map((table) => table.slice(-8)))];

async function tablesOf(tasker: Pick<Tasker, 'db'>): Promise<string[]> {
  const rows = await tasker.db.query<{ name: string }>({
    text: String.raw`select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
                      where n.nspname = 'tasker' and relkind = 'r' and relname ~ '_[0-9]{8}$' order by relname`,
  });
  return rows.map(({ name }) => name);
}

describeEachDatabase((kind) => {
  it('weeks that are too old go, whole, with the identities and edits of their tasks (TC-101)', async () => {
    const { db, goTo } = await history(kind);
    const old = await finish(await goTo(0), { idempotencyKey: 'k', bypassSteps: ['s0'] });
    const young = await finish(await goTo(1), { idempotencyKey: 'y' });
    const tasker = await goTo(4);
    expect(weeks(await tablesOf(tasker))).toEqual([
      '20291227',
      '20300103',
      '20300110',
      '20300117',
      '20300124',
      '20300131',
      '20300207',
    ]);
    expect(await dropHistory(db, 21)).toBe(2);
    expect(await findTask(db, old)).toBeUndefined();
    expect(await taskHistory(db, old)).toEqual([]);
    expect(await findTask(db, young)).toMatchObject({ state: 'complete' });
    expect(weeks(await tablesOf(tasker))[0]).toBe('20300110');
    expect(await db.query({ text: 'select task_id from tasker.task_key' })).toEqual([{ task_id: young }]);
    expect(await db.query({ text: 'select task_id from tasker.step_edit' })).toEqual([]);
    expect(await dropHistory(db, 21)).toBe(0);
    // what was forgotten may come again
    expect(await finish(tasker, { idempotencyKey: 'k' })).not.toBe(old);
  });

  it('a week stays, and those after it, as long as one of its tasks is open', async () => {
    const { db, goTo } = await history(kind);
    const first = await goTo(0);
    const open = await first.submit({ name: 'unserved', context: {} });
    await finish(first);
    await finish(await goTo(1));
    const tasker = await goTo(9);
    const before = await tablesOf(tasker);
    // the one before it, which is empty
    expect(await dropHistory(db, 14)).toBe(1);
    expect(weeks(await tablesOf(tasker))).toEqual(weeks(before).slice(1));
    await tasker.cancelTask(open.id);
    expect(await dropHistory(db, 14)).toBeGreaterThanOrEqual(2);
  });
});

describeOneDatabase((kind) => {
  it('nobody waits for history that goes, while somebody else’s transaction keeps the newest week busy', async () => {
    const { db, url, goTo } = await history(kind);
    await finish(await goTo(0));
    const tasker = await goTo(4);
    const client = await connect(url);
    await client.query('begin');
    await tasker.submit({ name: 'graph', context: {} }, { transaction: client });
    const dropping = dropHistory(db, 14);
    await Promise.race([dropping, untilDetachWaits(url)]);
    // all that tasks need goes on: submitting, running, looking, cancelling
    const task = await finish(tasker);
    expect(await findTask(db, task)).toMatchObject({ state: 'complete' });
    const open = await tasker.submit({ name: 'unserved', context: {} });
    await tasker.cancelTask(open.id);
    await client.query('commit');
    expect(await dropping).toBeGreaterThanOrEqual(1);
    expect(weeks(await tablesOf(tasker))).not.toContain('20300103');
  });

  it('a removal that was interrupted half-way is finished by the next round', async () => {
    const { db, url, goTo } = await history(kind);
    await finish(await goTo(0));
    const tasker = await goTo(4);
    const client = await connect(url);
    await client.query('begin');
    await client.query('select count(*) from tasker.task, tasker.attempt, tasker.action');
    const dropping = dropHistory(db, 14).catch((error: unknown) => error);
    const pid = await untilDetachWaits(url);
    await (await connect(url)).query('select pg_terminate_backend($1)', [pid]);
    expect(await dropping).toBeInstanceOf(Error);
    await client.query('rollback');
    const pending = { text: 'select 1 from pg_inherits where inhdetachpending' };
    expect(await db.query(pending)).toHaveLength(1);
    // life goes on with it meanwhile
    await finish(tasker);
    expect(await dropHistory(db, 14)).toBeGreaterThanOrEqual(1);
    expect(await db.query(pending)).toEqual([]);
    expect(weeks(await tablesOf(tasker))).not.toContain('20300103');
  });

  it('several processes that look after history at once do not get in each other’s way', async () => {
    const { db, goTo } = await history(kind);
    for (const week of [0, 1, 2]) await finish(await goTo(week));
    const tasker = await goTo(7);
    await Promise.all([1, 2, 3, 4].map(() => dropHistory(db, 14)));
    // one of them may have left to the others what they left to it
    await dropHistory(db, 14);
    expect(weeks(await tablesOf(tasker)).filter((week) => week < '20300131')).toEqual([]);
  });

  it('a week that another process drops between two looks at it is no fault', async () => {
    const { db, goTo } = await history(kind);
    await finish(await goTo(0));
    const tasker = await goTo(7);
    let isFirst = true;
    const late: Database = {
      kind: db.kind,
      schema: db.schema,
      script: (text) => db.script(text),
      transaction: (work) => db.transaction(work),
      listen: (channel, onMessage) => db.listen(channel, onMessage),
      close: () => db.close(),
      async query<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<Row[]> {
        const rows = await db.query<Row>(statement, values);
        if (isFirst) await dropHistory(db, 14);
        isFirst = false;
        return rows;
      },
    };
    expect(await dropHistory(late, 14)).toBe(0);
    expect(weeks(await tablesOf(tasker)).filter((week) => week < '20300131')).toEqual([]);
  });

  it('steps of lost workers do not wait until history can go', async () => {
    const { db, url, goTo } = await history(kind);
    const first = await goTo(0);
    await finish(first);
    await first.stop();
    await setDatabaseTime(db, new Date(begin.getTime() + 4 * weekMs));
    const client = await connect(url);
    await client.query('begin');
    await client.query('select 1 from tasker.action limit 0');
    const tasker = await start(db, { retentionDays: 14 });
    await untilDetachWaits(url);
    const [lost] = await db.query<{ id: number }>({
      text: `insert into tasker.worker (name, namespaces, queues, concurrency, lease_ms, started_at, heartbeat_at)
             values ('lost', '{}', '{}', 1, 100, tasker.now(), tasker.now() - interval '1 s') returning id`,
    });
    const state = { text: 'select state::text from tasker.worker where id = $1' };
    await vi.waitFor(async () => expect(await db.query(state, [lost?.id ?? 0])).toEqual([{ state: 'lost' }]), {
      timeout: 20_000,
    });
    expect(weeks(await tablesOf(tasker))[0]).toBe('20291227');
    await client.query('rollback');
  });
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // those that a test terminates
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The process that waits for others to let go of a table. */
async function untilDetachWaits(url: string): Promise<number> {
  const client = await connect(url);
  for (;;) {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where query like 'alter table % detach %' and wait_event_type = 'Lock'`,
    );
    if (rows[0] !== undefined) return rows[0].pid;
  }
}
