import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { canEnter, giveTo, giveToOwnerOf, type ServerUser } from './server-user.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

/** The one role of the embedded server. */
export const role = 'tasker';

export interface DataFolderOptions {
  /** The folder the program was given; the data lies in it, or where a file in it says. */
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  /** Do not wait for the disk while creating the data: for tests. */
  readonly noSync: boolean;
}

/** Where the data of `folder` lies, whether or not there is any yet. */
export function locateData(folder: string): string {
  const file = join(folder, placeFile);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : join(folder, 'postgres');
}

/** Whether `folder` has been used with the embedded server. */
export function hasData(folder: string): boolean {
  return existsSync(join(folder, placeFile)) || existsSync(join(folder, 'postgres', 'PG_VERSION'));
}

/**
 * Makes sure that the data is there, belongs to the server's user and can be reached by it; creates it when there is
 * none. Returns its folder. To be called by one process at a time.
 */
export function prepareData(options: DataFolderOptions): string {
  const { folder, binaries, user } = options;
  let data = locateData(folder);
  if (hasData(folder) && !existsSync(join(data, 'PG_VERSION'))) {
    throw new Error(
      `The data of ${folder} should be in ${data}, but is not. Bring it back, or remove ${folder} to start anew.`,
    );
  }
  if (user !== undefined && !canEnter(user, folder)) data = moveWithinReach(folder, data, user);
  if (existsSync(join(data, 'PG_VERSION'))) {
    checkVersion(data, binaries);
    giveTo(user, data);
  } else {
    create(data, options);
  }
  return data;
}

/** The password of the role; kept with the data, so that they cannot be separated, and readable by its owner only. */
export function readPassword(data: string): string {
  return readFileSync(join(data, passwordFile), 'utf8').trim();
}

const placeFile = 'data-is-in';
const passwordFile = 'tasker.password';

function checkVersion(data: string, binaries: Binaries): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (version === String(binaries.major)) return;
  throw new Error(
    `The data in ${data} was written by PostgreSQL ${version}, this program brings PostgreSQL ${binaries.major}. Go ` +
      'back to the version of the program that wrote it, or convert the data with pg_upgrade.',
  );
}

/** A parent folder that only root may enter (a home folder, say) keeps the server's user out. */
function moveWithinReach(folder: string, data: string, user: ServerUser): string {
  if (!data.startsWith(join(folder, '/')) && canEnter(user, dirname(data))) return data;
  for (const base of ['/var/lib/tasker', '/var/tmp/tasker']) {
    const place = join(base, randomBytes(8).toString('hex'));
    try {
      mkdirSync(place, { recursive: true, mode: 0o755 });
    } catch {
      continue; // a read-only system
    }
    giveTo(user, place);
    if (!canEnter(user, place)) continue;
    const target = join(place, 'postgres');
    if (existsSync(data)) cpSync(data, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    writeFileSync(join(folder, placeFile), `${target}\n`);
    rmSync(data, { recursive: true, force: true });
    return target;
  }
  throw new EmbeddedUnavailable(`the user that runs the server (uid ${user?.uid}) cannot reach ${folder}`);
}

/** In a folder of another name first, so that one half made is never taken for a whole one. */
function create(data: string, { folder, binaries, user, noSync }: DataFolderOptions): void {
  for (const entry of readdirSync(dirname(data))) {
    if (entry.startsWith('postgres.new-')) rmSync(join(dirname(data), entry), { recursive: true, force: true });
  }
  const part = join(dirname(data), `postgres.new-${randomBytes(6).toString('hex')}`);
  const password = randomBytes(24).toString('base64url');
  const temporary = `${part}.password`;
  try {
    mkdirSync(part, { mode: 0o700 });
    writeFileSync(temporary, `${password}\n`, { mode: 0o600 });
    giveTo(user, part);
    giveTo(user, temporary);
    const place = ['--pgdata', part, '--username', role, '--pwfile', temporary];
    const kind = ['--auth', 'scram-sha-256', '--encoding', 'UTF8', ...localeArguments(binaries)];
    runInitdb(binaries, user, [...place, ...kind, ...(noSync ? ['--no-sync'] : [])]);
    renameSync(temporary, join(part, passwordFile));
    renameSync(part, data);
  } finally {
    rmSync(part, { recursive: true, force: true });
    rmSync(temporary, { force: true });
  }
  giveToOwnerOf(folder, dirname(data));
}

/** Code point order and Unicode case rules everywhere, whatever locales the machine has. */
function localeArguments({ major }: Binaries): string[] {
  if (major < 17) return ['--locale', 'C'];
  return ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
}

function runInitdb(binaries: Binaries, user: ServerUser, parameters: string[]): void {
  const { status, stderr, error } = spawnSync(binaries.initdb, parameters, {
    ...user,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (error) throw new EmbeddedUnavailable(`initdb cannot be run (${error.message})`);
  if (status !== 0) throw new Error(`PostgreSQL's initdb failed: ${stderr.trim()}`);
}
