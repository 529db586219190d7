import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdFolder, underLock } from './folder-lock.ts';
import { isAlive, ownRecord, readRecord } from './process-record.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasker-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A process id that was in use a moment ago. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

function leaveLock(record: object, ageMs = 0): void {
  const file = join(folder, 'lock');
  writeFileSync(file, JSON.stringify(record));
  const touched = new Date(new Date().getTime() - ageMs);
  utimesSync(file, touched, touched);
}

async function expectTakeOver(): Promise<void> {
  const release = await holdFolder(folder);
  expect(readRecord(join(folder, 'lock'))).toEqual(ownRecord());
  await release();
}

it('holds a folder for one at a time, and says who has it', async () => {
  const release = await holdFolder(folder);
  await expect(holdFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
  await release();
  await (await holdFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over from a process that ended without releasing', async () => {
  leaveLock({ ...ownRecord(), pid: await deadPid() });
  await expectTakeOver();
});

it('takes over from a process whose number belongs to another by now', async () => {
  leaveLock({ ...ownRecord(), pid: process.ppid, started: 'long ago' });
  await expectTakeOver();
});

it('takes over from a process that ended before it had written its name', async () => {
  writeFileSync(join(folder, 'lock'), '');
  await expectTakeOver();
});

it('believes a holder it cannot see for as long as the file is touched', async () => {
  leaveLock({ pid: 1, realm: 'another machine' });
  await expect(holdFolder(folder)).rejects.toThrow(/in use by process 1\b/);
  leaveLock({ pid: 1, realm: 'another machine' }, 60_000);
  await expectTakeOver();
});

it('runs one after another what many want to do at once, over the body of a dead holder', async () => {
  leaveLock({ ...ownRecord(), pid: await deadPid() });
  let inside = 0;
  let most = 0;
  const enter = () =>
    underLock(join(folder, 'lock'), 20_000, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 12 }, enter));
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('gives up waiting in time, and names who is in the way', async () => {
  await underLock(join(folder, 'lock'), 1_000, async () => {
    await expect(underLock(join(folder, 'lock'), 50, async () => undefined)).rejects.toThrow(
      `Process ${process.pid} has`,
    );
  });
});

it('releases when the work fails', async () => {
  const failing = underLock(join(folder, 'lock'), 1_000, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});

it('counts a process that has ended for dead although nobody has taken note yet', async () => {
  // The shell does not wait for its child, which therefore stays behind as a zombie.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const said: unknown[] = await once(parent.stdout, 'data');
  const zombie = Number(String(said[0]));
  try {
    for (let i = 0; i < 200 && isAlive(zombie); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isAlive(zombie)).toBe(false);
    expect(isAlive(process.pid)).toBe(true);
  } finally {
    parent.kill('SIGKILL');
  }
});
