import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../process-record.ts';
import type { Binaries } from './binaries.ts';
import type { ServerUser } from './server-user.ts';

/** A server process, as its own file `postmaster.pid` tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `ready`, `starting`, `stopping`, or empty when it has only just begun. */
  readonly status: string;
}

export interface StartOptions {
  readonly data: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly logFile: string;
  /** Server settings on top of ours. */
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * The server of this data folder, started when it is not running. Safe against another process doing the same:
 * PostgreSQL itself lets only one server onto a data folder, and the loser of such a race finds the winner's.
 */
export async function ensurePostmaster(options: StartOptions): Promise<Postmaster> {
  const until = performance.now() + options.timeoutMs;
  let failure = 'it did not get ready in time';
  while (performance.now() < until) {
    const found = readPostmaster(options.data);
    if (found && isRunning(options.data, found.pid)) {
      if (found.status === 'ready') return found;
      await sleep(pollMs); // starting, recovering or stopping
    } else {
      const ended = await start(options, until);
      if (ended === undefined) continue;
      failure = ended;
      if (!passing.test(failure)) break;
      await sleep(pollMs * 4);
    }
  }
  throw new Error(`The embedded PostgreSQL server did not start: ${failure}\nIts log is ${options.logFile}`);
}

/** The running server of this data folder, if there is one. */
export function findPostmaster(data: string): Postmaster | undefined {
  const found = readPostmaster(data);
  return found && isRunning(data, found.pid) ? found : undefined;
}

/** Stops the server: running transactions are rolled back, what is committed is written out. */
export async function stopPostmaster(data: string): Promise<void> {
  const found = findPostmaster(data);
  if (found === undefined) return;
  // Fast, then immediate: the second leaves recovery to the next start, and still loses nothing. (Windows knows only
  // the hard way, which comes to the same.)
  for (const [signal, waitMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    signalProcess(found.pid, signal);
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      if (!isRunning(data, found.pid)) return;
      await sleep(pollMs);
    }
  }
  throw new Error(`The embedded PostgreSQL server (process ${found.pid}) does not stop.`);
}

const pollMs = 15;
/**
 * What the next attempt may not meet: somebody took the free port before the server did, another process was faster
 * to start it, or the backends of a killed server still finish what they are doing.
 */
const passing =
  /could not bind|could not create any TCP|lock file .* already exists|shared memory block .* still in use/;
const logLimitBytes = 5_000_000;

/** Starts the server and waits until it is ready, has ended, or the time is up. Returns why it ended, if it did. */
async function start(options: StartOptions, until: number): Promise<string | undefined> {
  const { data, binaries, user, logFile } = options;
  disownStalePid(data);
  if (existsSync(logFile) && statSync(logFile).size > logLimitBytes) renameSync(logFile, `${logFile}.old`);
  const log = openSync(logFile, 'a', 0o600);
  const before = statSync(logFile).size;
  const settings = { ...ourSettings, ...options.settings, port: String(await freePort()) };
  const child = spawn(
    binaries.postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...user,
      cwd: data,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', log, log],
      // A session of its own: Ctrl-C in our terminal is not meant for the server.
      detached: true,
      windowsHide: true,
    },
  );
  closeSync(log);
  const end: { reason?: string } = {};
  child.once('error', (error) => {
    end.reason = error.message;
  });
  child.once('exit', (code, signal) => {
    end.reason = `it ended with ${signal ?? `exit code ${code}`}`;
  });
  child.unref();
  while (end.reason === undefined && performance.now() < until) {
    const found = readPostmaster(data);
    if (found?.status === 'ready' && found.pid === child.pid) return undefined;
    await sleep(pollMs);
  }
  if (end.reason === undefined) return undefined;
  const said = readFileSync(logFile, 'utf8').slice(before).trim().split('\n').slice(-5).join('\n');
  return `${end.reason}\n${said}`;
}

const ourSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  logging_collector: 'off',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

function readPostmaster(data: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  // Line by line: process id, data folder, start time, port, socket folder, address, shared memory, status.
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), status: (lines[7] ?? '').trim() } : undefined;
}

/** Whether `pid` is alive and the server of this very folder, not a process that got its number later. */
function isRunning(data: string, pid: number): boolean {
  if (pid === process.pid || !isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
  }
  const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes('postgres');
}

/**
 * After a crash `postmaster.pid` stays behind, and when its number belongs to some other process by now (or to the
 * dead server still, which nobody has taken note of), the server would refuse to start. Removing the file would switch
 * off its check for surviving backends, so only the number is replaced, by our own: a parent's the server ignores.
 */
function disownStalePid(data: string): void {
  const found = readPostmaster(data);
  if (found === undefined || isRunning(data, found.pid)) return;
  const file = join(data, 'postmaster.pid');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
