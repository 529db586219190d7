import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ageMs, isHolding, keepTouching, ownRecord, type ProcessRecord, readRecord } from './process-record.ts';

/**
 * Holds `folder` for this process until the returned function is called or the process ends.
 *
 * @throws when a living process holds it: the error names it.
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const holder = await take(path, abandonedMs * 2);
  if (holder !== undefined) {
    throw new Error(
      `The database folder ${folder} is in use by process ${holder.pid}. Stop it, use another folder, or use a ` +
        'PostgreSQL server, which any number of processes may share.',
    );
  }
  const stopTouching = keepTouching(path);
  return async () => {
    stopTouching();
    rmSync(path, { force: true });
  };
}

/** Runs `work` while no other process runs its own under the same `path`; waits for it up to `waitMs`. */
export async function underLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + waitMs;
  for (;;) {
    const holder = await take(path, waitMs);
    if (holder === undefined) break;
    if (performance.now() > until) {
      throw new Error(`Process ${holder.pid} has held ${path} for more than ${waitMs} ms. Stop it, then try again.`);
    }
    await sleep(retryMs);
  }
  const stopTouching = keepTouching(path);
  try {
    return await work();
  } finally {
    stopTouching();
    rmSync(path, { force: true });
  }
}

const retryMs = 25;
/** A file without a readable record this old was left by a process that died between creating and writing it. */
const abandonedMs = 2_000;

/** Creates the lock file. Returns the living process that has it, or undefined when it is ours now. */
async function take(path: string, waitMs: number): Promise<ProcessRecord | undefined> {
  const until = performance.now() + waitMs;
  for (;;) {
    if (create(path)) return undefined;
    const holder = readRecord(path);
    if (holder !== undefined && isHolding(path, holder)) return holder;
    if (holder === undefined && (ageMs(path) ?? 0) < abandonedMs) {
      if (performance.now() > until) throw new Error(`The lock file ${path} cannot be taken.`);
      await sleep(retryMs);
      continue;
    }
    if (!clearAway(path, holder)) await sleep(retryMs);
  }
}

/**
 * Removes a lock whose holder is dead. Of several processes that see it dead only one may do so, else the slower
 * one would remove the new lock of the faster: hence a second lock around looking again and removing.
 */
function clearAway(path: string, dead: ProcessRecord | undefined): boolean {
  const clearing = `${path}.clearing`;
  if (!create(clearing)) {
    // Held for microseconds; older means that its holder died in them.
    if ((ageMs(clearing) ?? 0) > abandonedMs) rmSync(clearing, { force: true });
    return false;
  }
  try {
    const holder = readRecord(path);
    if (JSON.stringify(holder) === JSON.stringify(dead)) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(clearing, { force: true });
  }
}

function create(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, JSON.stringify(ownRecord()));
    return true;
  } finally {
    closeSync(file);
  }
}
