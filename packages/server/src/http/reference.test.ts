import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, it } from 'vitest';
import { operations } from '../operations/operations.ts';
import { reference } from './reference.ts';
import { routes } from './routes.ts';

const committed = fileURLToPath(new URL('../../../../docs/reference/openapi.json', import.meta.url));
const document = reference('/tasker');

it('SURF-19 TC-110 the committed reference is the one that is served; `npm run openapi` writes it', () => {
  expect(JSON.parse(readFileSync(committed, 'utf8'))).toEqual(document);
});

it('SURF-19 the reference is valid OpenAPI, as an independent validator sees it', () => {
  const require = createRequire(import.meta.url);
  const redocly = require.resolve('@redocly/cli/bin/cli.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [redocly, 'lint', committed, '--extends', 'recommended', '--format', 'stylish'],
    { encoding: 'utf8', env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
  );
  expect(`${stdout}${stderr}`).toMatch(/Your API description is valid/);
  expect(`${stdout}${stderr}`).not.toMatch(/You have \d+ (?:error|warning)|^\[1\]/m);
  expect(status).toBe(0);
}, 60_000);

/** GraphQL gathers what a query asks for one by one; over REST the single forms of these are there. */
const gathering = [
  'task.showMany',
  'task.analyseMany',
  'task.explainMany',
  'task.historyMany',
  'step.listMany',
  'step.explainMany',
  'template.showMany',
];
/** A list of GraphQL's own; over REST it is a filter of the list of tasks. */
const graphqlOnly = ['task.annotated'];

it('every operation is reached by some route, and the input of each route is an object that refuses what it does not know (TC-110)', () => {
  const routed = routes.map(({ operation }) => operation.name);
  expect(new Set([...routed, ...gathering, ...graphqlOnly])).toEqual(new Set(operations.map(({ name }) => name)));
  const open = routes.filter(({ operation }) => Reflect.get(operation.input, 'additionalProperties') !== false);
  expect(open).toEqual([]);
});

it('every example fits the schema beside it', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'reference', ...document });
  const { examples } = document['components'] as { examples: Record<string, { value: unknown }> };
  const wrong: string[] = [];
  const used = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('schema' in node && 'examples' in node) {
      const schema = JSON.parse(JSON.stringify(node.schema).replaceAll('"#/', '"reference#/')) as object;
      const validate = ajv.compile(schema);
      for (const { $ref } of Object.values(node.examples as Record<string, { $ref: string }>)) {
        const name = $ref.split('/').at(-1) ?? '';
        used.add(name);
        if (!validate(examples[name]?.value)) wrong.push(`${name}: ${ajv.errorsText(validate.errors)}`);
      }
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(document['paths']);
  expect(wrong).toEqual([]);
  expect([...used].toSorted()).toEqual(Object.keys(examples).toSorted());
});
