import { describe, expect, it } from 'vitest';
import { defineTask, PermanentError } from '../../src/index.ts';
import { databases, describeEachDatabase, type TestDatabaseKind } from '../servers/databases.ts';
import { gate } from './signals.ts';
import { start } from './start.ts';

describeEachDatabase((kind) => {
  describe('a step that does its work in context.transaction', () => {
    it('commits its writes together with its completion, and its children run', async () => {
      const { db, balance } = await withAccount(kind);
      const withdraw = defineTask({ name: 'withdraw' })
        .step('withdraw', {
          run: ({ context }) =>
            context.transaction(async (tx) => {
              await tx.query('update public.account set balance = balance - $1 where id = $2', [30, 1]);
              return { withdrawn: 30 };
            }),
        })
        .step('report', { after: ['withdraw'], run: ({ results }) => ({ reported: results.withdraw.withdrawn }) });
      const tasker = await start(db, { tasks: [withdraw] });
      const task = await tasker.submit(withdraw, {});
      expect(await task.completed()).toEqual({
        status: 'complete',
        results: { withdraw: { withdrawn: 30 }, report: { reported: 30 } },
      });
      expect(await balance()).toBe(70);
    });

    it('writes nothing when it fails, and is tried again', async () => {
      const { db, balance } = await withAccount(kind);
      let attempts = 0;
      const withdraw = defineTask({ name: 'withdraw' }).step('withdraw', {
        retry: { maxAttempts: 2, backoff: 'none' },
        run: ({ context }) =>
          context.transaction(async (tx) => {
            attempts += 1;
            await tx.query('update public.account set balance = balance - 30 where id = 1');
            if (attempts === 1) throw new Error('the connection to the bank broke');
            return { attempts };
          }),
      });
      const tasker = await start(db, { tasks: [withdraw] });
      const task = await tasker.submit(withdraw, {});
      expect(await task.completed()).toEqual({ status: 'complete', results: { withdraw: { attempts: 2 } } });
      expect(await balance()).toBe(70);
    });

    it('writes nothing when its result cannot be kept', async () => {
      const { db, balance } = await withAccount(kind);
      const withdraw = defineTask({ name: 'withdraw' }).step('withdraw', {
        run: ({ context }) =>
          context.transaction(async (tx) => {
            await tx.query('update public.account set balance = balance - 30 where id = 1');
            return { text: '\u0000' };
          }),
      });
      const tasker = await start(db, { tasks: [withdraw] });
      const task = await tasker.submit(withdraw, {});
      expect((await task.completed()).status).toBe('error');
      expect(await balance()).toBe(100);
    });

    it('fails for good with a PermanentError, like any handler', async () => {
      const { db, balance } = await withAccount(kind);
      const withdraw = defineTask({ name: 'withdraw' }).step('withdraw', {
        run: ({ context }) =>
          context.transaction(async (tx): Promise<{ withdrawn: number }> => {
            await tx.query('update public.account set balance = balance - 30 where id = 1');
            throw new PermanentError('no such account');
          }),
      });
      const tasker = await start(db, { tasks: [withdraw] });
      const task = await tasker.submit(withdraw, {});
      expect((await task.completed()).status).toBe('error');
      expect(await balance()).toBe(100);
    });
  });
});

describe.for(databases.filter(({ concurrent }) => concurrent))('a step in context.transaction on $name', (kind) => {
  it('writes nothing when the task is cancelled before it commits', async () => {
    const { db, balance } = await withAccount(kind);
    const wrote = gate();
    const goOn = gate();
    const withdraw = defineTask({ name: 'withdraw' }).step('withdraw', {
      run: ({ context }) =>
        context.transaction(async (tx) => {
          await tx.query('update public.account set balance = balance - 30 where id = 1');
          wrote.open();
          await goOn.opened;
          return { withdrawn: 30 };
        }),
    });
    const tasker = await start(db, { tasks: [withdraw] });
    const task = await tasker.submit(withdraw, {});
    await wrote.opened;
    await tasker.cancelTask(task.id, { actor: 'ada' });
    goOn.open();
    expect((await task.completed()).status).toBe('cancelled');
    await tasker.stop();
    expect(await balance()).toBe(100);
  });
});

async function withAccount(kind: TestDatabaseKind) {
  const { db } = await kind.fresh();
  await db.script('create table public.account (id int primary key, balance int not null)');
  await db.script('insert into public.account values (1, 100)');
  const balance = async () => {
    const [row] = await db.query<{ balance: number }>({ text: 'select balance from public.account where id = 1' });
    return row?.balance;
  };
  return { db, balance };
}
