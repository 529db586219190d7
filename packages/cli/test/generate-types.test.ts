import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTemplates } from '@tasker/engine';
import { afterAll, expect, it } from 'vitest';
import { templateFiles } from '../src/generate/template-types.ts';
import { patience, runTasker } from './run-tasker.ts';
import { typeErrors } from './type-checker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'order.yaml'),
  `name: order
namespace_name: shop
input_schema:
  type: object
  required: [cart]
  properties:
    cart: { type: array, items: { type: object, required: [sku], properties: { sku: { type: string } } } }
    express: { type: boolean, default: false }
    note: { type: string }
steps:
  - name: check
    description: Looks whether all is there.
    handler: { callable: 'shop.check' }
    result_schema: { type: object, required: [total], properties: { total: { type: number } } }
  - name: charge-card
    handler: { callable: "shop.it's" }
    dependencies: [check]
    result_schema: { type: object, required: [paid], properties: { paid: { enum: [true] } } }
`,
);

it('TC-122: types and stubs are written once, and edited stubs are kept', patience, async () => {
  const generate = (...args: string[]) =>
    runTasker(['template', 'types', 'order.yaml', '--out', 'made', ...args], { cwd: folder });
  expect((await generate()).out).toBe(
    [
      'written    made/order.types.ts',
      'written    made/handlers/check.ts',
      'written    made/handlers/charge-card.ts',
      'written    made/handlers/index.ts\n',
    ].join('\n'),
  );
  const stub = join(folder, 'made/handlers/charge-card.ts');
  const stubText = readFileSync(stub, 'utf8');
  writeFileSync(stub, `${stubText}// mine\n`);
  writeFileSync(join(folder, 'made/order.types.ts'), '// Made by `tasker template types`, long ago\n');
  const again = await generate();
  expect(again.out).toContain(
    'written    made/order.types.ts\nunchanged  made/handlers/check.ts\nkept       made/handlers/charge-card.ts',
  );
  expect(again.err).toContain('--force');
  expect(readFileSync(stub, 'utf8')).toContain('// mine');
  await generate('--force');
  expect(readFileSync(stub, 'utf8')).toBe(stubText);
});

it('TC-122: what is made for every template of the ancestors and by hand compiles', { timeout: 240_000 }, async () => {
  const corpus = fileURLToPath(new URL('../../engine/test/corpus/templates', import.meta.url));
  const { templates } = await loadTemplates([corpus, join(folder, 'order.yaml')], {
    environment: 'test',
    variables: {},
  });
  const project = join(folder, 'project');
  for (const [index, { document }] of templates.entries()) {
    for (const { path, text } of templateFiles(document)) {
      const file = join(project, `t${index}`, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  const last = `./t${templates.length - 1}`;
  writeFileSync(
    join(project, 'use.ts'),
    `import { itS } from '${last}/handlers/index.ts';
import type { ChargeCardArguments, OrderContext, OrderResults, OrderSubmission } from '${last}/order.types.ts';

export const submission: OrderSubmission = { cart: [{ sku: 'a' }] };
// @ts-expect-error its default has been put in
export const context: OrderContext = { cart: [] };
// @ts-expect-error a result must be what the schema says
export const results: OrderResults = { check: { total: 'much' } };
export const total = (given: ChargeCardArguments): number => (given.check?.total ?? 0) + given.cart.length;
export const name: string = itS.handlerName;
`,
  );
  expect(typeErrors(project)).toBe('');
});
