import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { migrate, migrationStatus } from './migrate.ts';
import { openPool } from './pool.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function migrations(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-migrations-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describeEachDatabase((kind) => {
  it('applies what is pending once, in order', async () => {
    const { db } = await kind.fresh({ empty: true });
    const folder = migrations({
      '0001_make.sql': 'create table tasker.thing (id int); insert into tasker.thing values (1)',
      '0002_more.sql': 'insert into tasker.thing values (2)',
    });
    expect((await migrationStatus(db, { folder })).pending.map(({ name }) => name)).toEqual(['make', 'more']);
    expect((await migrate(db, { folder })).map(({ version }) => version)).toEqual([1, 2]);
    expect(await migrate(db, { folder })).toEqual([]);
    expect(await db.query({ text: 'select id from tasker.thing order by id' })).toEqual([{ id: 1 }, { id: 2 }]);
    const { applied, pending } = await migrationStatus(db, { folder });
    expect(applied.map(({ name }) => name)).toEqual(['make', 'more']);
    expect(applied[0]?.appliedAt).toBeInstanceOf(Date);
    expect(pending).toEqual([]);
  });

  it('leaves nothing behind of a migration that fails, and goes on from there once it is mended', async () => {
    const { db } = await kind.fresh({ empty: true });
    const first = { '0001_make.sql': 'create table tasker.thing (id int)' };
    const broken = migrations({ ...first, '0002_more.sql': 'insert into tasker.thing values (1); select 1/0' });
    await expect(migrate(db, { folder: broken })).rejects.toThrow(/^Migration 2 \(more\) failed .*division by zero/);
    expect(await db.query({ text: 'select id from tasker.thing' })).toEqual([]);
    const mended = migrations({ ...first, '0002_more.sql': 'insert into tasker.thing values (1)' });
    expect((await migrate(db, { folder: mended })).map(({ version }) => version)).toEqual([2]);
  });

  it('refuses a file that was changed after it had been applied', async () => {
    const { db } = await kind.fresh({ empty: true });
    await migrate(db, { folder: migrations({ '0001_make.sql': 'create table tasker.thing (id int)' }) });
    const changed = migrations({ '0001_make.sql': 'create table tasker.thing (id bigint)' });
    await expect(migrate(db, { folder: changed })).rejects.toThrow(/Migration 1 \(make\) was changed after/);
  });

  it('takes other line ends for the same file', async () => {
    const { db } = await kind.fresh({ empty: true });
    await migrate(db, { folder: migrations({ '0001_make.sql': 'create table\ntasker.thing (id int)\n' }) });
    expect(
      await migrate(db, { folder: migrations({ '0001_make.sql': 'create table\r\ntasker.thing (id int)\r\n' }) }),
    ).toEqual([]);
  });

  it('refuses a database that newer code has migrated', async () => {
    const { db } = await kind.fresh({ empty: true });
    const old = { '0001_make.sql': 'create table tasker.thing (id int)' };
    await migrate(db, { folder: migrations({ ...old, '0002_more.sql': 'select 1' }) });
    await expect(migrate(db, { folder: migrations(old) })).rejects.toThrow(/version 2 \(more\) by a newer version/);
  });

  it('refuses a gap in the numbers and a name without one', async () => {
    const { db } = await kind.fresh({ empty: true });
    await expect(migrate(db, { folder: migrations({ '0002_late.sql': '' }) })).rejects.toThrow(/there is no 1/);
    await expect(migrate(db, { folder: migrations({ 'first.sql': '' }) })).rejects.toThrow(/must be named like 0001_/);
  });

  it('lets ten processes start at once, and one of them migrate', async () => {
    const { db, url } = await kind.fresh({ empty: true });
    const folder = migrations({
      '0001_make.sql': 'create table tasker.thing (id int); select pg_sleep(0.05)',
      '0002_more.sql': 'insert into tasker.thing values (1)',
    });
    const starters = kind.concurrent
      ? Array.from({ length: 10 }, () => openPool(url, { maxConnections: 1 }))
      : [db, db];
    const done = await Promise.all(starters.map((starter) => migrate(starter, { folder })));
    expect(
      done
        .flat()
        .map(({ version }) => version)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2]);
    expect(await db.query({ text: 'select id from tasker.thing' })).toEqual([{ id: 1 }]);
    await Promise.all(starters.map((starter) => starter.close()));
  });
});
