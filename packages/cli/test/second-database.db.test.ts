import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker, startTasker } from './run-tasker.ts';

const shop = fileURLToPath(new URL('shop-tasks.ts', import.meta.url));

describe.for(databases.filter(({ concurrent }) => concurrent).slice(0, 1))('on $name', patience, (kind) => {
  it('CORE-123, CORE-127: server, worker and commands use the database that the file names, leave the program’s own alone, and log as it says', async () => {
    const [own, flows] = [await kind.fresh({ empty: true }), await kind.fresh({ empty: true })];
    const cwd = mkdtempSync(join(tmpdir(), 'tasker-two-'));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    const file = {
      databases: { shop: own.url, workflows: flows.url },
      database: { name: 'workflows', schema: 'flows' },
      log: { level: 'info', format: 'logfmt', filterParameters: ['hash'], filterMask: '***' },
    };
    writeFileSync(join(cwd, 'tasker.config.json'), JSON.stringify(file));

    expect((await runTasker(['migrate'], { cwd })).code).toBe(0);
    const worker = startTasker(['worker', '--tasks', shop], { cwd });
    await worker.saying(/Working on/);
    const server = startTasker(['server', '--port', '0'], { cwd });
    await server.saying(/answers at (\S+)/);
    const url = /answers at (\S+)\//.exec(server.said())?.[1] ?? '';
    await worker.noting(/level="info".* hash="\*\*\*" message="template registered"/);
    const submit = ['task', 'submit', 'shop/greet', '--context', '{"name":"Ada"}', '--wait'];
    expect((await runTasker([...submit, '--url', url], { cwd })).code).toBe(0);
    const listed = await runTasker(['task', 'list', '--json'], { cwd });
    expect(JSON.parse(listed.out)).toMatchObject({ tasks: [{ status: 'complete' }] });

    const doctor = await runTasker(['doctor'], { cwd });
    expect(doctor.out).toMatch(/^✓ database: workflows, postgres\S+ answers/m);
    expect(doctor.out).toMatch(/^database\.name +workflows +.*tasker\.config\.json$/m);
    expect(doctor.out).toMatch(/^database\.url +postgres\S+ +databases\.workflows$/m);
    expect(doctor.code).toBe(0);
    const wrong = await runTasker(['doctor'], { cwd, env: { TASKER_DATABASE_NAME: 'workflow' } });
    expect(wrong.err).toContain(
      '`database.name` is "workflow", which is none of `databases`. Do you mean `workflows`?',
    );
    expect(wrong.code).toBe(2);

    for (const running of [worker, server]) running.signal('SIGTERM');
    await Promise.all([worker.ended, server.ended]);
    const schemas = { text: `select nspname from pg_namespace where nspname in ('flows', 'tasker')` };
    expect([await flows.db.query(schemas), await own.db.query(schemas)]).toEqual([[{ nspname: 'flows' }], []]);
  });
});
