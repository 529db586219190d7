import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { type OpenDatabaseOptions, openDatabase } from './open-database.ts';
import { openPGlite } from './pglite.ts';

let parent: string;
const opened: Database[] = [];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tasker-open-'));
  chmodSync(parent, 0o755);
});

afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
  rmSync(parent, { recursive: true });
});

const warnings: string[] = [];
const options: OpenDatabaseOptions = {
  settings: { fsync: 'off' },
  onWarning: (message) => warnings.push(message),
};
/** As where there are no programs for the platform. */
const without = { ...options, binFolder: '/nonexistent' };

async function open(url: string, withOptions = options): Promise<Database> {
  warnings.length = 0;
  const db = await openDatabase(url, withOptions);
  opened.push(db);
  return db;
}

it('opens what the URL names', async () => {
  expect((await open('postgres://user@127.0.0.1:1/db')).kind).toBe('server');
  expect((await open('postgresql://user@127.0.0.1:1/db')).kind).toBe('server');
  const memory = await open('memory:');
  expect(memory.kind).toBe('pglite');
  expect(await memory.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
});

it('opens a folder by path and by file URL', async () => {
  const folder = join(parent, 'with space');
  const byPath = await open(`file:${folder}`);
  expect(byPath.kind).toBe('embedded');
  await byPath.script('create table note (text text)');
  const byUrl = await open(pathToFileURL(folder).href);
  expect(await byUrl.query({ text: 'select text from note' })).toEqual([]);
  expect(warnings).toEqual([]);
});

it('refuses anything else and tells what there is, without showing what may be a password', async () => {
  for (const url of [
    '',
    'file:',
    'pglite:',
    'mysql://user:secret@host/db',
    'postgres:user:secret@host',
    '/some/secret',
  ]) {
    await expect(openDatabase(url)).rejects.toThrow(/must be postgres:.*file:DIR.*memory:.*pglite:DIR/);
    await expect(openDatabase(url)).rejects.not.toThrow(/secret/);
  }
  await expect(openDatabase('memory:', { schema: 'No Such' })).rejects.toThrow(/schema "No Such" cannot be used/);
});

it('goes on with PGlite where no server can run, says why, and stays with it while its data is there', async () => {
  const url = `file:${join(parent, 'db')}`;
  const first = await open(url, without);
  expect(first.kind).toBe('pglite');
  expect(warnings).toEqual([expect.stringMatching(/^using PGlite .*not safe against power cuts: .*\/nonexistent/)]);
  await first.script('create table note (text text)');
  await first.close();

  const second = await open(url);
  expect(second.kind).toBe('pglite');
  expect(warnings).toEqual([expect.stringMatching(/holds PGlite data of an earlier run/)]);
  expect(await second.query({ text: 'select text from note' })).toEqual([]);
});

it('never puts an empty PGlite in the place of a server whose data is there', async () => {
  const url = `file:${join(parent, 'db')}`;
  await (await open(url)).close();
  await expect(openDatabase(url, without)).rejects.toThrow(/programs in \/nonexistent do not run/);
});

it('keeps a PGlite folder to one user at a time, and what was written in it', async () => {
  const folder = join(parent, 'db');
  const first = await open(`pglite:${folder}`);
  await first.script(`create table note (text text); insert into note values ('kept')`);
  await expect(openPGlite({ folder })).rejects.toThrow(`in use by process ${process.pid}`);
  await first.close();
  await first.close();
  const second = await open(`pglite:${folder}`);
  expect(await second.query({ text: 'select text from note' })).toEqual([{ text: 'kept' }]);
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
});

it('tells a statement that would wait for its own transaction, instead of waiting', async () => {
  const db = await open('memory:');
  const inside = db.transaction(async () => {
    await db.query({ text: 'select 1' });
  });
  await expect(inside).rejects.toThrow(/only one connection/);
  const nested = db.transaction(async () => {
    await db.transaction(async () => undefined);
  });
  await expect(nested).rejects.toThrow(/only one connection/);
  // What was begun inside and goes on after the end is free again.
  let later: Promise<unknown> = Promise.resolve();
  await db.transaction(async () => {
    later = new Promise((resolve) => setTimeout(resolve, 50)).then(() => db.query({ text: 'select 1 as one' }));
  });
  expect(await later).toEqual([{ one: 1 }]);
});
