import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { heartbeatLostMs, ownRecord } from '../process-record.ts';
import { enterFolder, refuseForeignUsers } from './folder-users.ts';

let folder: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasker-users-'));
  mkdirSync(join(folder, 'users'));
  warnings = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

const warn = (message: string) => void warnings.push(message);

function leaveUser(record: object, ageMs: number): void {
  const file = join(folder, 'users', '1-x');
  writeFileSync(file, JSON.stringify(record));
  const touched = new Date(new Date().getTime() - ageMs);
  utimesSync(file, touched, touched);
}

it('knows who is the last to leave', () => {
  const first = enterFolder(folder, undefined);
  const second = enterFolder(folder, undefined);
  leaveUser({ ...ownRecord(), started: 'before somebody else got this number' }, 0);
  expect(first.leave()).toBe(false);
  expect(second.leave()).toBe(true);
  expect(readdirSync(join(folder, 'users'))).toEqual([]);
});

it('refuses a folder with users in another container or machine that show signs of life', async () => {
  leaveUser({ pid: 1, realm: 'another machine' }, 0);
  await expect(refuseForeignUsers(folder, warn, 50)).rejects.toThrow(/in use by process 1 of another container/);
  expect(warnings).toHaveLength(1);
});

it('waits until such a user must have shown one, and goes on when it has not', async () => {
  leaveUser({ pid: 1, realm: 'our container before it was killed' }, heartbeatLostMs - 200);
  await refuseForeignUsers(folder, warn);
  expect(warnings).toHaveLength(1);
  expect(readdirSync(join(folder, 'users'))).toEqual([]);
});

it('does not mind users of the same machine', async () => {
  const user = enterFolder(folder, undefined);
  await refuseForeignUsers(folder, warn, 0);
  expect(warnings).toEqual([]);
  user.leave();
});
