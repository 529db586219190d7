import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-registered-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const order = (attempts: number) => `name: order
namespace_name: shop
version: 1.0.0
steps:
  - name: check
    handler: { callable: shop.check }
  - name: charge
    handler: { callable: shop.charge }
    dependencies: [check]
    retry: { max_attempts: ${attempts} }
`;

it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'registered templates are held against each other and against files, and drawn; so are tasks, on $name',
  patience,
  async (kind) => {
    const { url: database } = await kind.fresh();
    const run = (...args: string[]) => runTasker(args, { database, cwd: folder });
    expect((await run('migrate')).code).toBe(0);
    writeFileSync(join(folder, 'order.yaml'), order(2));
    expect((await run('template', 'register', 'order.yaml')).code).toBe(0);
    writeFileSync(join(folder, 'order.yaml'), order(4));
    expect((await run('template', 'register', 'order.yaml', '--replace')).code).toBe(0);

    const change = '~ steps.charge.retry.max_attempts: 2 → 4\n1 difference. Nothing breaks that others rely on.\n';
    expect((await run('template', 'diff', 'shop/order@1.0.0#1', 'shop/order')).out).toBe(change);
    expect((await run('template', 'diff', 'shop/order#1', 'order.yaml')).out).toBe(change);
    expect((await run('template', 'diff', 'shop/order', 'order.yaml')).out).toContain('are the same.');
    expect(await run('template', 'diff', 'shop/order', 'shop/ordr')).toMatchObject({ code: 4 });
    expect(await run('template', 'diff', 'shop/order#two', 'shop/order')).toMatchObject({ code: 2 });

    expect((await run('template', 'graph', 'shop/order')).out).toContain('●  charge  shop.charge');
    const { out } = await run('task', 'submit', 'shop/order', '--json');
    const task: { readonly task_id: string } = JSON.parse(out);
    expect((await run('template', 'graph', '--task', task.task_id)).out).toContain('○  charge  pending');
    const svg = await run('template', 'graph', '--task', task.task_id, '--format', 'svg');
    expect(svg.out).toContain('aria-label="charge, pending, after check"');
    expect(await run('template', 'graph', '--task', '01a1f779-346e-76a1-9ee7-0b5664f00000')).toMatchObject({ code: 4 });
  },
);
