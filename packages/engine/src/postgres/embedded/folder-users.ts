import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ageMs,
  heartbeatIntervalMs,
  heartbeatLostMs,
  isHolding,
  keepTouching,
  ownRecord,
  type ProcessRecord,
  readRecord,
} from '../process-record.ts';
import { giveToOwnerOf } from './server-user.ts';

/**
 * Who uses the server of a folder: one file for each opening of it. The last to leave stops the server. A process
 * that ends without leaving (killed, Ctrl-C, power of `process.exit`) is seen by its watchdog.
 */
export interface FolderUser {
  /** Forgets this user. True when it was the last. */
  readonly leave: () => boolean;
}

/** Registers this process; with `watch` its sudden end stops the server of `data` when nobody else uses it. */
export function enterFolder(folder: string, watch: { data: string } | undefined): FolderUser {
  const users = usersFolder(folder);
  mkdirSync(users, { recursive: true });
  giveToOwnerOf(folder, users);
  const file = join(users, `${process.pid}-${randomBytes(4).toString('hex')}`);
  writeFileSync(file, JSON.stringify(ownRecord()), { mode: 0o644 });
  giveToOwnerOf(folder, file);
  const stopTouching = keepTouching(file);
  const watchdog = watch && startWatchdog(users, file, watch.data);
  return {
    leave: () => {
      stopTouching();
      watchdog?.kill('SIGKILL');
      rmSync(file, { force: true });
      return livingUsers(folder).length === 0;
    },
  };
}

/**
 * Refuses a folder whose server runs where we cannot see it, in another container or on another machine: a second
 * server on the same data would destroy it, and PostgreSQL cannot tell either. Waits until such a user must have shown
 * a sign of life, because it may be our own container before it was killed and started again.
 */
export async function refuseForeignUsers(
  folder: string,
  onWarning: (message: string) => void,
  waitMs = heartbeatLostMs + heartbeatIntervalMs,
): Promise<void> {
  const until = performance.now() + waitMs;
  let foreign = findForeignUser(folder);
  if (foreign !== undefined)
    onWarning(`waiting to see whether ${folder} is still in use by another container or machine`);
  while (foreign !== undefined) {
    if (performance.now() > until) {
      throw new Error(
        `The database folder ${folder} is in use by process ${foreign.pid} of another container or machine. Give each ` +
          'its own folder, or use a PostgreSQL server (postgres://…), which any number may share.',
      );
    }
    await sleep(pollMs);
    foreign = findForeignUser(folder);
  }
}

const pollMs = 100;

function findForeignUser(folder: string): ProcessRecord | undefined {
  return livingUsers(folder).find(({ realm }) => realm !== ownRecord().realm);
}

function usersFolder(folder: string): string {
  return join(folder, 'users');
}

function livingUsers(folder: string): ProcessRecord[] {
  const users = usersFolder(folder);
  return listFiles(users).flatMap((name) => {
    const file = join(users, name);
    const record = readRecord(file);
    if (record && isHolding(file, record)) return [record];
    // Left behind by a process that is gone; or just being written by another, then it is young.
    if (record || (ageMs(file) ?? 0) > heartbeatIntervalMs) rmSync(file, { force: true });
    return [];
  });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * A shell that reads from a pipe whose other end only we hold: it reads on when we end, however that happens, and
 * then does what we would have done. It costs no time and a megabyte.
 */
function startWatchdog(users: string, file: string, data: string): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const child = spawn('/bin/sh', ['-c', watchdogScript, 'tasker-watchdog', users, file, data], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without it a sudden end leaves the server running for the next opening to find; no reason to fail.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

const watchdogScript = `
while read -r line; do :; done
rm -f "$2"
for other in "$1"/*; do [ -e "$other" ] && exit 0; done
read -r pid < "$3/postmaster.pid" || exit 0
case "$(readlink "/proc/$pid/cwd" 2>/dev/null || ps -o command= -p "$pid" 2>/dev/null)" in
  *"$3"*) kill -INT "$pid" ;;
esac
`;
