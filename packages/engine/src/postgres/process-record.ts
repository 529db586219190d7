import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds a file in a shared folder. A process id alone is not enough: ids are used again, after a reboot at
 * once, and mean nothing in another container or machine that sees the same folder.
 */
export interface ProcessRecord {
  readonly pid: number;
  /** When the process started, in the system's own words; undefined where that cannot be told. */
  readonly started?: string;
  /** Where the process id means something: machine, boot and process namespace. */
  readonly realm: string;
}

/** How often a holder must touch its file for others who cannot see its process, milliseconds. */
export const heartbeatIntervalMs = 2_000;
/** After how long without a touch such a holder counts as gone, milliseconds. */
export const heartbeatLostMs = 4 * heartbeatIntervalMs;

/** The record of this process. */
export function ownRecord(): ProcessRecord {
  own ??= { pid: process.pid, realm: ownRealm(), ...startOf(process.pid) };
  return own;
}

/** Whether the process that wrote `path` with `record` in it still lives. */
export function isHolding(path: string, record: ProcessRecord): boolean {
  if (record.realm === ownRecord().realm) {
    return isAlive(record.pid) && (record.started === undefined || startOf(record.pid).started === record.started);
  }
  // From another container, machine or boot: all that can be seen is whether the file is still being touched.
  const age = ageMs(path);
  return age !== undefined && age < heartbeatLostMs;
}

/** Whether a process of this id exists here. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  // One that has ended and whose parent has not taken note yet answers to signals as well.
  return linuxStat(pid)?.[0] !== 'Z';
}

/** Reads a record; undefined when the file is gone, or empty because its writer is between two system calls. */
export function readRecord(path: string): ProcessRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Touches the file from time to time until stopped. Does not keep the process alive. */
export function keepTouching(path: string): () => void {
  const timer = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // The folder was deleted under us; whoever needs it will say so.
    }
  }, heartbeatIntervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** How long ago the file was touched, milliseconds; undefined when it is gone. */
export function ageMs(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && new Date().getTime() - stats.mtimeMs;
}

let own: ProcessRecord | undefined;

function isRecord(value: unknown): value is ProcessRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'realm' in value &&
    typeof value.realm === 'string' &&
    (!('started' in value) || typeof value.started === 'string')
  );
}

function ownRealm(): string {
  if (process.platform !== 'linux') return hostname();
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function startOf(pid: number): { started?: string } {
  try {
    if (process.platform === 'win32') return {};
    if (process.platform === 'linux') return { started: linuxStat(pid)?.[19] ?? 'unknown' };
    return { started: execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() };
  } catch {
    return {};
  }
}

/** The fields of /proc/PID/stat from the third, the state, on; the second may hold spaces and parentheses itself. */
function linuxStat(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
