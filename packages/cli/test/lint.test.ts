import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-lint-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lint goes through a folder, and prints file, line, column, rule, why and remedy', patience, async () => {
  mkdirSync(join(folder, 'work/node_modules'), { recursive: true });
  writeFileSync(join(folder, 'work/package.json'), '{}');
  writeFileSync(
    join(folder, 'work/node_modules/x.ts'),
    'export class X extends StepHandler { call() { throw new Error(); } }',
  );
  writeFileSync(join(folder, 'work/charge.test.ts'), '');
  writeFileSync(
    join(folder, 'work/charge.ts'),
    "export const charge = defineHandler('shop.charge', {}, () => {\n  throw new Error('no');\n});\n",
  );
  writeFileSync(
    join(folder, 'work/order.yaml'),
    'name: order\nloaded_from: x\nsteps:\n  - name: a\n    handler: { callable: shop.chrge }\n',
  );
  const { code, out } = await runTasker(['lint', 'work'], { cwd: folder });
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(
      /^work\/charge\.ts:2:9: warning classified-failure The engine tries again .* Throw a PermanentError/,
    ),
    expect.stringMatching(/^work\/order\.yaml:2:1: warning NO_EFFECT /),
    '1 file of code, 1 file of templates: 2 findings, and 4 hints (--hints prints them).',
    '',
  ]);
  const json = await runTasker(['lint', 'work', '--json'], { cwd: folder });
  const report: { readonly findings: readonly { readonly rule: string }[] } = JSON.parse(json.out);
  expect(report).toMatchObject({ ok: false, files: { code: ['work/charge.ts'], templates: ['work/order.yaml'] } });
  expect(report.findings.map(({ rule }) => rule).toSorted()).toEqual(
    [
      'NO_EFFECT',
      'NO_RESULT_SCHEMA',
      'classified-failure',
      'described',
      'handler-registered',
      'input-schema',
    ].toSorted(),
  );
  expect(await runTasker(['lint', 'nowhere'], { cwd: folder })).toMatchObject({ code: 2 });
});

it('lint finds nothing in what is generated', patience, async () => {
  const made = join(folder, 'made');
  await runTasker(['generate', 'step-handler', 'charge', '--depends', 'cart', '--directory', made]);
  await runTasker(['generate', 'task-handler', 'order', '--directory', made]);
  expect(await runTasker(['lint', made])).toMatchObject({ code: 0, out: expect.stringContaining(': 0 findings') });
});
