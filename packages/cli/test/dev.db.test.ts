import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker, startTasker } from './run-tasker.ts';

const shop = fileURLToPath(new URL('shop-tasks.ts', import.meta.url));
const unserved = fileURLToPath(new URL('unserved.yaml', import.meta.url));

it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'dev says what it serves, works on it, and stops when it is asked to, on $name',
  patience,
  async (kind) => {
    const { url: database } = await kind.fresh();
    const dev = startTasker(['dev', '--tasks', shop, unserved], { database });
    await dev.saying(/Ctrl-C stops/);
    const task = await runTasker(['task', 'submit', 'shop/greet', '--context', '{"name":"Ada"}', '--wait'], {
      database,
    });
    expect(task.code).toBe(0);
    dev.signal('SIGTERM');
    const { code, out } = await dev.ended;
    expect(code).toBe(0);
    for (const template of ['shop/greet@1.0.0', 'shop/fail@1.0.0', 'shop/unserved@1.0.0'])
      expect(out).toContain(template);
    const workers = await runTasker(['worker', 'list'], { database });
    expect(workers.out).toContain('No worker is running.');
  },
);
