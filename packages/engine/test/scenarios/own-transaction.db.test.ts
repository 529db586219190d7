import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { DuplicateTask, type Tasker } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { listen } from './signals.ts';
import { start } from './start.ts';

const handlers = { do: () => 'done' };

describeOneDatabase((kind) => {
  async function shop(): Promise<{ tasker: Tasker; client: pg.Client }> {
    const { db, url } = await kind.fresh();
    await db.script('create table public.orders (id int primary key)');
    const templates = [
      graphOf(chainOf(2)),
      graphOf(chainOf(1), { name: 'strict', more: { identity_strategy: 'strict' } }),
    ];
    // does not poll: the commit itself has to wake it
    const tasker = await start(db, { templates, handlers, worker: { pollMs: 3_600_000 } });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    return { tasker, client };
  }

  it('a task in a transaction of the caller’s exists and runs once that is committed', async () => {
    const { tasker, client } = await shop();
    await client.query('begin');
    await client.query('insert into public.orders values (1)');
    const task = await tasker.submit({ name: 'graph', context: {} }, { transaction: client });
    expect(await countOf(tasker)).toBe(0);
    await client.query('commit');
    expect(await countOf(tasker)).toBe(1);
    expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
  });

  it('a task in a transaction that is rolled back never was, and says nothing (CORE-33)', async () => {
    const { tasker, client } = await shop();
    const events = listen(tasker).events;
    await client.query('begin');
    const task = await tasker.submit({ name: 'graph', context: {} }, { transaction: client });
    const [other] = await tasker.submitMany([{ name: 'graph', context: {} }], { transaction: client });
    await client.query('rollback');
    expect([await countOf(tasker), other?.id === task.id]).toEqual([0, false]);
    // what was rolled back would have run before this one
    const after = await tasker.submit({ name: 'graph', context: {} });
    await after.completed({ timeoutMs: 20_000 });
    expect(new Set(events.map((event) => event.task_id))).toEqual(new Set([after.id]));
    expect(await countOf(tasker)).toBe(1);
  });

  it('an identity that a transaction gives back can be taken by the one that waits for it', async () => {
    const { tasker, client } = await shop();
    const request = { name: 'strict', context: { order: 1 } };
    await client.query('begin');
    const first = await tasker.submit(request, { transaction: client });
    const waiting = tasker.submit(request);
    await untilSomebodyWaitsForALock(tasker);
    await client.query('rollback');
    const second = await waiting;
    expect(second.id).not.toBe(first.id);
    await client.query('begin');
    await expect(tasker.submit(request, { transaction: client })).rejects.toBeInstanceOf(DuplicateTask);
    await client.query('rollback');
    expect(await countOf(tasker)).toBe(1);
  });

  it('a transaction that has waited in vain leaves its caller the error of the database', async () => {
    const { tasker, client } = await shop();
    await client.query('begin');
    await client.query('insert into public.orders values (1)');
    await client.query('insert into public.orders values (1)').catch(() => undefined);
    await expect(tasker.submit({ name: 'graph', context: {} }, { transaction: client })).rejects.toThrow(
      'current transaction is aborted',
    );
    await client.query('rollback');
  });
});

async function countOf({ db }: Tasker): Promise<number | undefined> {
  const [row] = await db.query<{ count: number }>({ text: 'select count(*)::int as count from tasker.task' });
  return row?.count;
}

/** The database knows who waits: nothing else has to be guessed. */
async function untilSomebodyWaitsForALock({ db }: Tasker): Promise<void> {
  const text = `select 1 from pg_locks where not granted and locktype = 'transactionid'`;
  while ((await db.query({ text })).length === 0);
}
