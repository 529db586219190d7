import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { checkOwnership, findPlace, isPlacedOutside, locateData, recordPlace } from './data-place.ts';
import { canEnter, giveTo, type ServerUser } from './server-user.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

/** The one role of the embedded server. Not called like our schema, which would put that into its search path. */
export const role = 'postgres';

export interface DataFolderOptions {
  /** The folder the program was given; the data lies in it, or where a file in it says. */
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  /** Do not wait for the disk while creating the data: for tests. */
  readonly noSync: boolean;
}

/** Whether `folder` has been used with the embedded server. */
export function hasData(folder: string): boolean {
  return isPlacedOutside(folder) || existsSync(join(folder, 'postgres', 'PG_VERSION'));
}

/**
 * Makes sure that the data is there, belongs to the server's user and can be reached by it; creates it when there is
 * none. Returns its folder. To be called by one process at a time.
 */
export function prepareData(options: DataFolderOptions): string {
  return hasData(options.folder) ? prepareExisting(options) : createNew(options);
}

/** The password of the role; kept with the data, so that they cannot be separated, and readable by its owner only. */
export function readPassword(data: string): string {
  return readFileSync(join(data, passwordFile), 'utf8').trim();
}

const passwordFile = 'tasker.password';

function createNew(options: DataFolderOptions): string {
  const { folder, user } = options;
  const reachable = canEnter(user, folder);
  const data = reachable ? locateData(folder) : findPlace(folder, user);
  create(data, options);
  if (!reachable) recordPlace(folder, data);
  return data;
}

function prepareExisting({ folder, binaries, user }: DataFolderOptions): string {
  const data = locateData(folder);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    throw new Error(`The data of ${folder} is missing from ${data}. Bring it back, or remove ${folder} to start anew.`);
  }
  if (isPlacedOutside(folder)) checkOwnership(folder, data);
  checkVersion(data, binaries);
  closeToOthers(data);
  giveTo(user, data);
  return canEnter(user, dirname(data)) ? data : moveData(folder, data, findPlace(folder, user), user);
}

/** The folder has come to lie where the server's user cannot get. The original goes last: a crash loses nothing. */
function moveData(folder: string, data: string, target: string, user: ServerUser): string {
  cpSync(data, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  closeToOthers(target);
  giveTo(user, target);
  recordPlace(folder, target);
  rmSync(data, { recursive: true, force: true });
  return target;
}

/** The server refuses data that others can read, and copies and backups come back so: `cpSync` too, since Node 22. */
function closeToOthers(data: string): void {
  if ((statSync(data).mode & 0o027) !== 0) chmodSync(data, 0o700);
}

function checkVersion(data: string, binaries: Binaries): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (version === String(binaries.major)) return;
  throw new Error(
    `The data in ${data} was written by PostgreSQL ${version}, this program brings PostgreSQL ${binaries.major}. Go ` +
      'back to the version of the program that wrote it, or convert the data with pg_upgrade.',
  );
}

/** In a folder of another name first, so that one half made is never taken for a whole one. */
function create(data: string, { binaries, user, noSync }: DataFolderOptions): void {
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
