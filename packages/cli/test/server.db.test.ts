import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker, startTasker } from './run-tasker.ts';

const shop = fileURLToPath(new URL('shop-tasks.ts', import.meta.url));

describe.for(databases.filter(({ concurrent }) => concurrent).slice(0, 1))('a server on $name', patience, (kind) => {
  it('answers HTTP, leaves steps to workers, and stops in order when it is asked to', async () => {
    const { url: database } = await kind.fresh();
    const server = startTasker(['server', '--tasks', shop, '--port', '0'], { database });
    await server.saying(/answers at (\S+)/);
    const url = /answers at (\S+)\/ /.exec(server.said())?.[1] ?? '';
    const page = await (await fetch(url)).text();
    expect(page).toContain('shop/greet');
    const submitted = await runTasker(
      ['task', 'submit', 'shop/greet', '--url', url, '--context', '{"name":"Ada"}', '--json'],
      {},
    );
    expect(JSON.parse(submitted.out)).toMatchObject({ status: 'pending', name: 'greet' });
    const listed = await runTasker(['worker', 'list', '--url', url], {});
    expect(listed.out).toContain('No worker is running.');
    const health = (about: string) => runTasker(['health', ...about.split(' '), '--url', url]);
    expect(await health('live')).toMatchObject({ code: 0, out: 'alive\n' });
    expect((await health('ready')).out).toMatch(/^ready: .*\n✓ database: /);
    // steps wait, and nobody is there to carry them out
    const status = await health('status');
    expect(status.out).toMatch(/^tasks +1 total, 1 pending$/m);
    expect(status.out).toMatch(/^no worker for +shop\//m);

    const taken = await runTasker(['server', '--port', new URL(url).port], { database });
    expect([taken.code, taken.err]).toEqual([
      1,
      expect.stringContaining('is taken. Name another with --port or PORT.'),
    ]);
    const open = await runTasker(['server', '--host', '0.0.0.0', '--port', '0'], { database });
    expect([open.code, open.err]).toEqual([2, expect.stringContaining('--insecure')]);

    server.signal('SIGTERM');
    const { code, out } = await server.ended;
    expect([code, out]).toEqual([0, expect.stringContaining('requests under way are answered first')]);
    const gone = await health('ready --json');
    expect([gone.code, JSON.parse(gone.out)]).toMatchObject([1, { error: { code: 'SERVER_UNREACHABLE' } }]);
  });
});
