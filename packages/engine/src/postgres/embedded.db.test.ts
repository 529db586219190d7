import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { startProgram } from '../../test/servers/program.ts';
import type { Database } from './database.ts';
import { locateData } from './embedded/data-place.ts';
import { openEmbedded } from './embedded.ts';
import { isAlive } from './process-record.ts';
import { isConnectionLoss } from './sqlstate.ts';

const isRoot = process.getuid?.() === 0;
const quick = { settings: { fsync: 'off' } };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Open to all, so that the server's user can get in. */
function makeParent(): string {
  const parent = mkdtempSync(join(tmpdir(), 'tasker-embedded-'));
  chmodSync(parent, 0o755);
  return parent;
}

/** A folder that nothing has used yet. */
function newFolder(): string {
  const parent = makeParent();
  cleanUps.push(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'db');
}

let made: string | undefined;

/** A folder with a database in it: a copy, because copying is a tenth of the work of making one. */
async function makeFolder(): Promise<string> {
  if (made === undefined) {
    made = join(makeParent(), 'db');
    await (await openEmbedded(made, quick)).close();
  }
  const folder = newFolder();
  cpSync(made, folder, { recursive: true });
  return folder;
}

afterAll(() => {
  if (made !== undefined) rmSync(join(made, '..'), { recursive: true });
});

async function open(folder: string): Promise<Database> {
  const db = await openEmbedded(folder, quick);
  cleanUps.push(() => db.close());
  return db;
}

function serverPid(folder: string): number | undefined {
  const file = join(locateData(folder), 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** Waits for something that another process does, which has no way of telling us. */
async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 15_000, interval: 20 });
}

/** As a worker does: what finds its connection dead is tried again. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
    }
  }
}

async function countNotes(db: Database): Promise<number | undefined> {
  const [row] = await db.query<{ count: number }>({ text: 'select count(*) from note' });
  return row?.count;
}

describe('the embedded server', () => {
  it('keeps what was written, and is gone when its only user has closed it', async () => {
    const folder = newFolder();
    const first = await openEmbedded(folder, quick);
    await first.script('create table note (text text); insert into note values ($$kept$$)');
    const pid = serverPid(folder) ?? 0;
    expect(isAlive(pid)).toBe(true);
    await first.close();
    expect(isAlive(pid)).toBe(false);

    const second = await open(folder);
    expect(await second.query({ text: 'select text from note' })).toEqual([{ text: 'kept' }]);
  });

  it('writes durably unless told otherwise, in UTF-8, sorted by code point', async () => {
    const db = await openEmbedded(newFolder());
    cleanUps.push(() => db.close());
    const setting = async (name: string) => {
      const [row] = await db.query<{ value: string }>({ text: 'select current_setting($1) as value' }, [name]);
      return row?.value;
    };
    expect(await setting('fsync')).toBe('on');
    expect(await setting('synchronous_commit')).toBe('on');
    expect(await setting('server_encoding')).toBe('UTF8');
    expect(await setting('TimeZone')).toBe('UTC');
    const sorted = await db.query({ text: `select upper(x) x from unnest('{ä,b,A,a}'::text[]) x order by x` });
    expect(sorted).toEqual([{ x: 'A' }, { x: 'A' }, { x: 'B' }, { x: 'Ä' }]);
  });

  it('lets nobody in without the password, which only the server and we can read', async () => {
    const folder = await makeFolder();
    const db = await open(folder);
    const [{ port } = { port: 0 }] = await db.query<{ port: number }>({
      text: `select current_setting('port')::int port`,
    });
    const { openPool } = await import('./pool.ts');
    const stranger = openPool(`postgres://postgres:guess@127.0.0.1:${port}/postgres`);
    await expect(stranger.query({ text: 'select 1' })).rejects.toMatchObject({ code: '28P01' });
    await stranger.close();
    expect(statSync(locateData(folder)).mode & 0o077).toBe(0);
    expect(statSync(join(locateData(folder), 'tasker.password')).mode & 0o077).toBe(0);
  });

  it('is shared by those who open the same folder, and stops with the last of them', async () => {
    const folder = await makeFolder();
    const first = await openEmbedded(folder, quick);
    const second = await openEmbedded(folder, quick);
    const pid = serverPid(folder) ?? 0;
    await first.close();
    expect(await second.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    await second.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('is started once by programs that start at the same time in a new folder', async () => {
    const folder = newFolder();
    const programs = await Promise.all([startProgram(folder), startProgram(folder), startProgram(folder)]);
    await programs[0]?.ask('create table note (text text)');
    expect(await programs[1]?.ask(`insert into note values ('shared') returning text`)).toEqual({
      rows: [{ text: 'shared' }],
    });
    expect(await programs[2]?.ask('select text from note')).toEqual({ rows: [{ text: 'shared' }] });
    const pid = serverPid(folder) ?? 0;
    expect(await Promise.all(programs.map((program) => program.ask('close')))).toEqual(
      programs.map(() => ({ closed: true })),
    );
    expect(isAlive(pid)).toBe(false);
  });

  it('stays when it is asked to keep running, and stops with the next user who does not ask', async () => {
    const folder = await makeFolder();
    const first = await openEmbedded(folder, { ...quick, keepRunning: true });
    const pid = serverPid(folder) ?? 0;
    await first.close();
    expect(isAlive(pid)).toBe(true);
    const second = await openEmbedded(folder, quick);
    expect(serverPid(folder)).toBe(pid);
    await second.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('writes no .gitignore into a folder that was there before', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    await open(folder);
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
  });

  it('can be used after its folder was moved', async () => {
    const folder = await makeFolder();
    const first = await openEmbedded(folder, quick);
    await first.script('create table note (text text); insert into note values ($$kept$$)');
    await first.close();
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    const second = await open(moved);
    expect(await countNotes(second)).toBe(1);
  });

  it('opens data that came back from a backup with the wrong permissions', async () => {
    const folder = await makeFolder();
    chmodSync(join(folder, 'postgres'), 0o755);
    const db = await open(folder);
    await expect(db.query({ text: 'select 1 as one' })).resolves.toEqual([{ one: 1 }]);
    expect(statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700);
  });

  it('whose folder is deleted while it runs can still be left, also twice', async () => {
    const folder = await makeFolder();
    const db = await openEmbedded(folder, quick);
    const pid = serverPid(folder) ?? 0;
    cleanUps.push(() => process.kill(pid, 'SIGKILL'));
    rmSync(folder, { recursive: true });
    await db.close();
    await db.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses data of another major version, and says so', async () => {
    const folder = await makeFolder();
    await (await openEmbedded(folder, quick)).close();
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '13\n');
    await expect(openEmbedded(folder, quick)).rejects.toThrow(/written by PostgreSQL 13.*pg_upgrade/s);
  });

  it('says what the server said when it does not start', async () => {
    const folder = await makeFolder();
    await expect(openEmbedded(folder, { settings: { max_connections: 'many' } })).rejects.toThrow(
      /did not start.*max_connections.*server\.log/s,
    );
  });
});

describe('after a sudden end', () => {
  it('of the server, the next statement finds it started again with everything committed', async () => {
    const folder = await makeFolder();
    const db = await open(folder);
    await db.script('create table note (text text); insert into note values ($$kept$$)');
    const heard: string[] = [];
    await db.listen('news', (payload) => heard.push(payload));
    const inFlight = db.query({ text: 'select pg_sleep(60)' }).catch((error: unknown) => error);
    await until(() => serverPid(folder) !== undefined);

    process.kill(serverPid(folder) ?? 0, 'SIGKILL');
    expect(isConnectionLoss(await inFlight)).toBe(true);
    expect(await persist(() => countNotes(db))).toBe(1);
    await until(() => heard.includes(''));
    await db.query({ text: `select pg_notify('news', 'again')` });
    await until(() => heard.includes('again'));
  });

  it('of the server, all its users come back to the same new one', async () => {
    const folder = await makeFolder();
    const users = await Promise.all([open(folder), open(folder), open(folder)]);
    await users[0]?.script('create table note (text text); insert into note values ($$kept$$)');
    process.kill(serverPid(folder) ?? 0, 'SIGKILL');
    expect(await Promise.all(users.map((db) => persist(() => countNotes(db))))).toEqual([1, 1, 1]);
    await users[1]?.query({ text: `insert into note values ('new')` });
    expect(await Promise.all(users.map((db) => countNotes(db)))).toEqual([2, 2, 2]);
  });

  it('of its only user, the server stops by itself', async () => {
    const folder = await makeFolder();
    const program = await startProgram(folder);
    const pid = serverPid(folder) ?? 0;
    await program.end('SIGKILL');
    await until(() => !isAlive(pid));
    const log = readFileSync(join(folder, 'server.log'), 'utf8');
    expect(log).toContain('database system is shut down');
  });

  it('of the program that started it, by Ctrl-C, the server goes on for the others', async () => {
    const folder = await makeFolder();
    const starter = await startProgram(folder);
    const db = await open(folder);
    const pid = serverPid(folder) ?? 0;
    await starter.end('SIGINT');
    const users = () => readdirSync(join(folder, 'users'));
    await until(() => users().every((name) => name.startsWith(`${process.pid}-`)));
    expect(await db.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    expect(serverPid(folder)).toBe(pid);
    await db.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('of the program and the server, the next one recovers everything committed', async () => {
    const folder = await makeFolder();
    const program = await startProgram(folder);
    await program.ask('create table note (text text)');
    await program.ask(`insert into note values ('kept')`);
    const pid = serverPid(folder) ?? 0;
    process.kill(pid, 'SIGKILL');
    await program.end('SIGKILL');
    const db = await open(folder);
    expect(await countNotes(db)).toBe(1);
    expect(serverPid(folder)).not.toBe(pid);
  });

  it('a server process id that belongs to somebody else by now does not stand in the way', async () => {
    const folder = await makeFolder();
    const first = await openEmbedded(folder, quick);
    const file = join(locateData(folder), 'postmaster.pid');
    const lines = readFileSync(file, 'utf8').split('\n');
    const { uid, gid } = statSync(locateData(folder));
    await first.close();
    // Of the server's user, because of others' processes PostgreSQL knows itself that they are not meant.
    const other = spawn('sleep', ['600'], { cwd: '/', ...(isRoot ? { uid, gid } : {}) });
    cleanUps.push(() => other.kill('SIGKILL'));
    writeFileSync(file, [String(other.pid), ...lines.slice(1)].join('\n'));
    if (isRoot) chownSync(file, uid, gid);
    const second = await open(folder);
    expect(await second.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    expect(other.exitCode).toBeNull();
  });

  it('a data folder half made is made anew', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'postgres.new-123', 'base'), { recursive: true });
    const db = await open(folder);
    expect(await db.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    expect(existsSync(join(folder, 'postgres.new-123'))).toBe(false);
  });
});

// What only root can set up; as an ordinary user there is nobody to hand the server to.
describe.for(isRoot ? ['as root'] : [])('%s', () => {
  it('the server runs as somebody else, who owns the data and nothing more', async () => {
    const folder = await makeFolder();
    await open(folder);
    expect(statSync(`/proc/${serverPid(folder)}`).uid).not.toBe(0);
    expect(statSync(locateData(folder)).uid).toBe(statSync(`/proc/${serverPid(folder)}`).uid);
    expect(statSync(folder).uid).toBe(0);
  });

  it('a folder that only root can enter is served from a place that the server can, and found again', async () => {
    const folder = newFolder();
    chmodSync(join(folder, '..'), 0o700);
    cleanUps.push(() => rmSync(join(locateData(folder), '..'), { recursive: true, force: true }));
    const first = await openEmbedded(folder, quick);
    await first.script('create table note (text text); insert into note values ($$kept$$)');
    await first.close();
    expect(locateData(folder).startsWith(folder)).toBe(false);
    const second = await open(folder);
    expect(await countNotes(second)).toBe(1);
  });

  it('a copy of such a folder is refused while the original is there, because its data was not copied', async () => {
    const folder = newFolder();
    chmodSync(join(folder, '..'), 0o700);
    await (await openEmbedded(folder, quick)).close();
    const data = locateData(folder);
    cleanUps.push(() => rmSync(join(data, '..'), { recursive: true }));
    cpSync(folder, `${folder}-copy`, { recursive: true });
    await expect(openEmbedded(`${folder}-copy`, quick)).rejects.toThrow(/is a copy of .*was not copied/);
    rmSync(folder, { recursive: true });
    await open(`${folder}-copy`);
    expect(locateData(`${folder}-copy`)).toBe(data);
  });

  it('data that came under such a folder later moves along', async () => {
    const folder = await makeFolder();
    const first = await openEmbedded(folder, quick);
    await first.script('create table note (text text); insert into note values ($$kept$$)');
    await first.close();
    chmodSync(join(folder, '..'), 0o700);
    cleanUps.push(() => rmSync(join(locateData(folder), '..'), { recursive: true, force: true }));
    const second = await open(folder);
    expect(await countNotes(second)).toBe(1);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
  });

  it("a user's folder is served as that user, who can go on alone", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    chownSync(folder, 65534, 65534);
    const first = await openEmbedded(folder, quick);
    expect(statSync(`/proc/${serverPid(folder)}`).uid).toBe(65534);
    await first.script('create table note (text text); insert into note values ($$kept$$)');
    await first.close();

    const program = await startProgram(folder, { uid: 65534, gid: 65534 });
    expect(await program.ask('select text from note')).toEqual({ rows: [{ text: 'kept' }] });
    expect(await program.ask('close')).toEqual({ closed: true });
  });

  it("a new folder in a user's project belongs to that user", async () => {
    const folder = newFolder();
    const project = join(folder, '..');
    chownSync(project, 65534, 65534);
    await open(join(folder, 'nested'));
    for (const path of [
      folder,
      join(folder, 'nested'),
      join(folder, 'nested', '.gitignore'),
      join(folder, 'nested', 'users'),
    ]) {
      expect(statSync(path).uid, `owner of ${path}`).toBe(65534);
    }
    expect(statSync(`/proc/${serverPid(join(folder, 'nested'))}`).uid).toBe(65534);
  });

  it('an ordinary user has a server of their own', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    chownSync(folder, 65534, 65534);
    const program = await startProgram(folder, { uid: 65534, gid: 65534 });
    expect(await program.ask('select 1 as one')).toEqual({ rows: [{ one: 1 }] });
    const pid = serverPid(folder) ?? 0;
    expect(await program.ask('close')).toEqual({ closed: true });
    expect(isAlive(pid)).toBe(false);
  });
});
