import { describe, expect, it, onTestFinished } from 'vitest';
import { databases } from '../../../test/servers/databases.ts';
import { createTasker, defineTask } from '../../index.ts';
import { loadConfig } from './load-config.ts';
import { optionsFromConfig } from './options-from-config.ts';

describe.for(databases.filter(({ concurrent }) => concurrent))('on $name', (kind) => {
  it('CORE-123: the configured database has all of the engine, another has none', async () => {
    const [own, other] = [await kind.fresh({ empty: true }), await kind.fresh({ empty: true })];
    const env = {
      TASKER_DATABASE_URL: own.url,
      TASKER_DATABASE_SCHEMA: 'engine',
      TASKER_DATABASE_MAX_CONNECTIONS: '2',
    };
    const { config } = await loadConfig({ env, folder: '/nowhere' });
    const greet = defineTask({ name: 'greet' }).step('only', { run: () => ({ said: 'hello' }) });
    const tasker = await createTasker({ ...(await optionsFromConfig(config)), tasks: [greet] });
    onTestFinished(() => tasker.stop());
    const task = await tasker.submit(greet, {});
    expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ results: { only: { said: 'hello' } } });
    const schemas = { text: `select 1 from pg_namespace where nspname in ('engine', 'tasker')` };
    expect([(await own.db.query(schemas)).length, (await other.db.query(schemas)).length]).toEqual([1, 0]);
  });
});
