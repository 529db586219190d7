import { fileURLToPath } from 'node:url';
import { createTasker } from '@tasker/engine';
import { describe, expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker, startTasker } from './run-tasker.ts';

const shop = fileURLToPath(new URL('shop-tasks.ts', import.meta.url));

describe.for(databases.filter(({ concurrent }) => concurrent).slice(0, 1))('a worker on $name', patience, (kind) => {
  it('works on steps, answers probes, and stops in order when it is asked to (TC-148)', async () => {
    const { url: database, db } = await kind.fresh();
    const env = { TASKER_WORKER_NAME: 'pod-1', TASKER_WORKER_NAMESPACES: 'shop' };
    const worker = startTasker(['worker', '--tasks', shop, '--health-port', '0'], { database, env });
    await worker.saying(/Probes are answered at (\S+)/);
    const probe = /Probes are answered at (\S+)\/ready/.exec(worker.said())?.[1] ?? '';
    const [live, ready, other] = await Promise.all(['live', 'ready', 'x'].map((path) => fetch(`${probe}/${path}`)));
    expect([live?.status, ready?.status, other?.status]).toEqual([200, 200, 404]);
    expect(await ready?.json()).toEqual({ status: 'ready' });
    const taken = await runTasker(['worker', '--tasks', shop, '--health-port', new URL(probe).port], { database });
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining('is taken. Name another with --health-port.')]);

    const client = await createTasker({ database: db, worker: false, migrate: false });
    const task = await client.submit({ namespace: 'shop', name: 'greet', context: { name: 'Ada' } });
    expect((await task.completed({ timeoutMs: 60_000 })).status).toBe('complete');
    await client.stop();
    const listed = await runTasker(['worker', 'list', '--json'], { database });
    expect(JSON.parse(listed.out)).toMatchObject({ workers: [{ name: 'pod-1', namespaces: ['shop'] }] });

    worker.signal('SIGTERM');
    const { code, out } = await worker.ended;
    expect(out).toContain('Working on shop/fail@1.0.0, shop/greet@1.0.0');
    expect(code).toBe(0);
    expect((await runTasker(['worker', 'list'], { database })).out).toContain('No worker is running.');
  });
});
