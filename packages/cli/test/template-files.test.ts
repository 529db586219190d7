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

it('show prints the template of a file', patience, async () => {
  expect((await run('show', 'two.yaml#refund')).out).toContain(
    'shop/refund@1.0.0\nidentity always_unique\n\n●  check ',
  );
  const json = await run('show', 'order.yaml', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    full_name: 'shop.order@1.0.0',
    revision: null,
    steps: ['check', 'charge'],
    document: { steps: [{ name: 'check', timeout_seconds: 300 }, { name: 'charge' }] },
  });
});

it('TC-125: diff says what changes from one file to another, and what breaks by it', patience, async () => {
  writeFileSync(
    join(folder, 'later.yaml'),
    order
      .replace('version: 1.0.0', 'version: 1.1.0')
      .replace('dependencies: [check]', 'dependencies: [check]\n    retry: { max_attempts: 5 }')
      .concat('  - name: ship\n    handler: { callable: shop.ship }\n    dependencies: [charge]\n'),
  );
  const { code, out } = await run('diff', 'order.yaml', 'later.yaml');
  expect(code).toBe(0);
  expect(out).toContain('~ version: "1.0.0" → "1.1.0"\n~ steps.charge.retry.max_attempts: 3 → 5\n+ steps.ship: {\n');
  expect(out).toMatch(/^3 differences\. Nothing breaks that others rely on\.$/m);
  expect((await run('diff', 'order.yaml', 'later.yaml', '--exit-code')).code).toBe(1);
  expect(JSON.parse((await run('diff', 'later.yaml', 'order.yaml', '--json')).out)).toMatchObject({
    same: false,
    before: { named: 'later.yaml', full_name: 'shop.order@1.1.0' },
    differences: [
      { path: 'version', kind: 'changed', before: '1.1.0', after: '1.0.0' },
      { path: 'steps.charge.retry.max_attempts', kind: 'changed', before: 5, after: 3 },
      { path: 'steps.ship', kind: 'removed', before: { handler: { callable: 'shop.ship' } } },
    ],
    breaking: [{ path: 'steps.ship', message: 'The step is gone, and its result with it.' }],
  });
  expect((await run('diff', 'later.yaml', 'order.yaml')).out).toMatch(
    /^! steps\.ship: The step is gone.*\n3 differences\. What has a !/m,
  );
  const same = await run('diff', 'order.yaml', 'order.yaml', '--exit-code');
  expect(same).toMatchObject({ code: 0, out: 'order.yaml and order.yaml are the same.\n' });
});

it('convert writes the canonical dialect and says what is lost', patience, async () => {
  writeFileSync(
    join(folder, 'old.yaml'),
    '# of long ago\n:name: order\n:step_templates:\n  - name: check\n    handler_class: Check\n    default_retry_limit: 5\n',
  );
  const { code, out, err } = await run('convert', 'old.yaml');
  expect(code).toBe(0);
  expect(out).toMatch(/^name: order\nnamespace_name: default\n[\s\S]* {6}callable: Check\n[\s\S]*max_attempts: 5\n/);
  expect(err).toContain('old.yaml: Comments are not kept.');
  expect((await run('convert', 'old.yaml', '--out', 'new.yaml')).code).toBe(0);
  expect((await run('diff', 'old.yaml', 'new.yaml', '--exit-code')).code).toBe(0);
  expect(await run('convert', 'old.yaml', '--out', 'new.yaml')).toMatchObject({ code: 2 });
  expect(await run('convert', 'old.yaml', '--to', 'xml')).toMatchObject({ code: 2 });
  expect(await run('convert', 'bad.yaml')).toMatchObject({ code: 1 });
});
