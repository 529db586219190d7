import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const order = `name: order
namespace_name: shop
version: 1.0.0
steps:
  - name: check
    handler: { callable: shop.check }
  - name: charge
    handler: { callable: shop.charge }
    dependencies: [check]
`;
writeFileSync(join(folder, 'order.yaml'), order);
writeFileSync(join(folder, 'two.yaml'), `${order}---\n${order.replace('name: order', 'name: refund')}`);
writeFileSync(join(folder, 'bad.yaml'), 'name: x\n');

const run = (...args: string[]) => runTasker(['template', ...args], { cwd: folder });

it('TC-121: graph draws the template of a file, in every format', patience, async () => {
  const { code, out } = await run('graph', 'order.yaml');
  expect({ code, out }).toEqual({
    code: 0,
    out: 'shop/order@1.0.0\n\n●  check  shop.check\n│\n●  charge  shop.charge\n',
  });
  expect((await run('graph', 'order.yaml', '--format', 'mermaid')).out).toContain('\nflowchart TD\n  s0["check');
  expect((await run('graph', 'order.yaml', '--format', 'dot')).out).toMatch(/^digraph "shop\/order@1\.0\.0" \{/);
  expect((await run('graph', 'order.yaml', '--format', 'svg')).out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  const json = await run('graph', 'two.yaml#refund', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ format: 'ascii', title: 'shop/refund@1.0.0' });
});

it.each([
  ['graph order.yaml --format gif', 2, '--format is one of ascii, mermaid, dot, svg, not "gif".'],
  ['graph', 2, 'Say what to draw'],
  ['graph two.yaml', 2, 'two.yaml holds 2 templates. Say which: two.yaml#order, two.yaml#refund.'],
  ['graph two.yaml#ordr', 2, 'There is no template `ordr` in two.yaml. Say one of two.yaml#order, two.yaml#refund.'],
  ['graph bad.yaml', 1, 'bad.yaml:1:1: `steps` is missing.'],
  ['graph none.yaml', 1, 'none.yaml: There is no such file or folder.'],
])('`tasker template %s` is refused with exit code %i', patience, async (args, exit, says) => {
  const { code, err, out } = await run(...args.split(' '));
  expect(err).toContain(says);
  expect(code).toBe(exit);
  expect(out).toBe('');
});
