import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databases } from '../../../test/servers/databases.ts';
import { createTasker, defineTask } from '../../index.ts';
import { loadConfig } from './load-config.ts';
import { optionsFromConfig } from './options-from-config.ts';

describe.for(databases.filter(({ concurrent }) => concurrent))('on $name', (kind) => {
  it('CORE-123: the configured database has all of the engine, another has none', async () => {
    const [own, other] = [await kind.fresh({ empty: true }), await kind.fresh({ empty: true })];
    // the program’s own database beside it, which the engine has nothing to do with
    const file = join(mkdtempSync(join(tmpdir(), 'tasker-two-')), 'tasker.config.json');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    const databases = { shop: other.url, workflows: own.url };
    const database = { name: 'workflows', schema: 'engine', maxConnections: 2 };
    writeFileSync(file, JSON.stringify({ databases, database }));
    const { config } = await loadConfig({ env: {}, file });
    const greet = defineTask({ name: 'greet' }).step('only', { run: () => ({ said: 'hello' }) });
    const tasker = await createTasker({ ...(await optionsFromConfig(config)), tasks: [greet] });
    onTestFinished(() => tasker.stop());
    const task = await tasker.submit(greet, {});
    expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ results: { only: { said: 'hello' } } });
    const schemas = { text: `select 1 from pg_namespace where nspname in ('engine', 'tasker')` };
    expect([(await own.db.query(schemas)).length, (await other.db.query(schemas)).length]).toEqual([1, 0]);
  });
});
