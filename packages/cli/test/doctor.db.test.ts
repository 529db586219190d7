import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTasker } from '@tasker/engine';
import { createServer } from '@tasker/server';
import { expect, it, onTestFinished } from 'vitest';
import { describeOneDatabase } from '../../engine/test/servers/databases.ts';
import { patience, runTasker } from './run-tasker.ts';
import { greet } from './shop-tasks.ts';

function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describeOneDatabase((kind) => {
  it('doctor finds nothing wrong where nothing is, and says what is in force and why (TC-120)', patience, async () => {
    const { db, url: database } = await kind.fresh();
    const tasker = await createTasker({ database: db, tasks: [greet], migrate: false });
    onTestFinished(() => tasker.stop());
    const server = await createServer({ tasker, port: 0 });
    await server.start();
    onTestFinished(() => server.stop());
    const cwd = folderWith({ 'tasker.config.yaml': 'worker: { concurrency: 7 }\n' });
    const env = { TASKER_LOG_LEVEL: 'error', TASKER_URL: server.url };
    const { code, out } = await runTasker(['doctor'], { database, cwd, env });
    expect(out).toMatch(/^✓ database: postgres.* answers in \d+ ms$/m);
    expect(out).toMatch(/^✓ version: PostgreSQL \d+/m);
    expect(out).toMatch(/^✓ clock: /m);
    expect(out).toMatch(/^✓ migrations: all \d+ are applied$/m);
    expect(out).toMatch(/^✓ workers: 1 running$/m);
    expect(out).toContain(`✓ server: ${server.url} answers. Everything that is needed is there.`);
    expect(out).toMatch(/^worker\.concurrency +7 +.*tasker\.config\.yaml$/m);
    expect(out).toMatch(/^log\.level +error +TASKER_LOG_LEVEL$/m);
    expect(out).toMatch(/^worker\.leaseMs +15000 +default$/m);
    expect(out).toMatch(/^database\.url +postgres\S+ +TASKER_DATABASE_URL$/m);
    expect(code).toBe(0);
  });

  it('doctor says what is missing, and ends 1', patience, async () => {
    const { url: database } = await kind.fresh({ empty: true });
    const cwd = folderWith();
    const json = await runTasker(['doctor', '--json', '--url', 'http://127.0.0.1:1'], { database, cwd });
    expect(JSON.parse(json.out)).toMatchObject({
      healthy: false,
      findings: expect.arrayContaining([
        expect.objectContaining({ check: 'migrations', state: 'bad', said: expect.stringContaining('tasker migrate') }),
        expect.objectContaining({ check: 'server', state: 'bad', said: expect.stringContaining('cannot be reached') }),
      ]),
      settings: expect.arrayContaining([expect.objectContaining({ setting: 'worker.leaseMs', value: '15000' })]),
    });
    expect(json.code).toBe(1);
  });

  it(
    'doctor says when the database was made by another version, and does not blame its address',
    patience,
    async () => {
      const { db, url: database } = await kind.fresh();
      await db.query({ text: "update tasker.migration set checksum = 'another' where version = 1" });
      const { code, out } = await runTasker(['doctor'], { database, cwd: folderWith() });
      expect(out).toMatch(/^✓ database: /m);
      expect(out).toMatch(/^✗ migrations: Migration 1 \(init\) was changed after it had been applied/m);
      expect(out).not.toContain('Check the URL');
      expect(code).toBe(1);
    },
  );
});

it('doctor says which database cannot be reached, without its password', patience, async () => {
  const database = 'postgres://ada:hunter2@127.0.0.1:1/shop';
  const { code, out } = await runTasker(['doctor'], { database, cwd: folderWith() });
  expect(out).toMatch(/^✗ database: postgres:\/\/ada@127\.0\.0\.1:1\/shop cannot be used: .*Check the URL/m);
  expect(out).not.toContain('hunter2');
  expect(code).toBe(1);
  const nowhere = await runTasker(['doctor', '--database', 'file:none'], { cwd: folderWith() });
  expect(nowhere.out).toContain('✗ database: There is no database in the folder none.');
  expect(nowhere.out).toMatch(/^database\.url +file:none +--database$/m);
  expect(nowhere.code).toBe(1);
});
