import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TemplateDocument } from '@tasker/contract';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { templateOf } from '../../test/arbitraries/template.ts';
import { soundTemplates } from '../../test/templates/sound-templates.ts';
import { checkTypes } from '../../test/types/check-types.ts';
import { compilePlan } from '../graph/compile-plan.ts';
import { readTemplate } from '../lifecycle/1-template/read-template.ts';
import { readTemplateYaml } from '../lifecycle/1-template/read-template-yaml.ts';
import { toYaml } from '../lifecycle/1-template/to-yaml.ts';
import type { AnyTaskDefinition } from './define-task.ts';
import { toBuilder } from './to-builder.ts';

const define = fileURLToPath(new URL('../define.ts', import.meta.url));
const corpus = fileURLToPath(new URL('../../test/corpus/templates/', import.meta.url));

/** Runs texts of the builder: the documents of what they define. */
async function run(texts: readonly string[]): Promise<TemplateDocument[]> {
  const folder = await mkdtemp(join(tmpdir(), 'to-builder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return Promise.all(
    texts.map(async (text, index) => {
      const file = join(folder, `task-${index}.ts`);
      await writeFile(file, text);
      const { task }: { task: AnyTaskDefinition } = await import(/* @vite-ignore */ pathToFileURL(file).href);
      return task.document;
    }),
  );
}

const built = (documents: readonly TemplateDocument[]) =>
  run(documents.map((document) => toBuilder(document, { as: 'task', from: define })));

/** From YAML to the builder and back to YAML: what the plans are on the way. */
async function expectSamePlans(documents: readonly TemplateDocument[]): Promise<void> {
  const hashes = documents.map((document) => compilePlan(document).hash);
  const inCode = await built(documents);
  expect(inCode.map((document) => compilePlan(document).hash)).toEqual(hashes);
  const again = inCode.flatMap((document) => readTemplateYaml(toYaml(document), { variables: {} }));
  expect(again.map((document) => compilePlan(document).hash)).toEqual(hashes);
}

describe('a template as TypeScript', () => {
  it('CORE-90, CORE-91: is the same plan, and as YAML again, for every template of the corpus', async () => {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
    const texts = [...files.map((file) => readFileSync(join(corpus, file), 'utf8')), ...Object.values(soundTemplates)];
    await expectSamePlans(texts.flatMap((text) => readTemplateYaml(text, { variables: {} })));
  }, 120_000);

  it('is the same plan for random graphs', async () => {
    const graphs = fc.sample(arbitraryGraph(60), { numRuns: 30, seed: 7 });
    await expectSamePlans(graphs.map(templateOf));
  }, 120_000);

  const hostile = readTemplate({
    name: 'a/hostile-name.v2',
    description: 'Ends */ the comment\nand ${more}',
    metadata: JSON.parse('{"__proto__": {"polluted": true}, "a-b": [1, null, {"c": "\\u2028`${x}"}], "_$1": -0.5}'),
    system_dependencies: { primary: 'shop', secondary: ['bank'] },
    input_schema: { type: 'object', properties: { cart: { type: 'array' } } },
    data_classification: { pii: ['name'] },
    lifecycle: { max_duration_minutes: 5 },
    steps: [
      { name: 'class', handler: { callable: 'a.B', method: 'go', resolver: 'mine' }, skippable: true },
      {
        name: 'ship-it.now',
        description: 'x',
        handler: { callable: './x.js#Y', initialization: { nested: { deep: ['y'.repeat(90)] } } },
        dependencies: ['class'],
        retry: { backoff: 'table', backoff_table_ms: [1, 2], max_attempts: 9 },
        timeout_seconds: 0.5,
        system_dependency: 'bank',
        result_schema: { type: 'object' },
        publishes_events: ['paid.twice'],
        pii_access: ['name'],
        purpose: 'billing',
      },
    ],
  });

  it('says everything that a template can say, and nothing that is so by default', async () => {
    await expectSamePlans([hostile]);
    const [document] = await built([hostile]);
    expect(document).toEqual(hostile);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(toBuilder(templateOf([{ name: 'only', dependencies: [] }]))).toBe(
      [
        'import { defineTask } from "@tasker/engine";',
        '',
        'export const exampleTask = defineTask({',
        '  name: "example",',
        '})',
        '  .step("only", {',
        '    handler: "handlers.only",',
        '  });',
        '',
      ].join('\n'),
    );
  });

  it('is accepted by the compiler', () => {
    const documents = [
      hostile,
      ...Object.values(soundTemplates).flatMap((text) => readTemplateYaml(text, { variables: {} })),
    ];
    for (const document of documents) {
      expect(checkTypes(toBuilder(document, { from: '../define.ts' })).errors).toEqual([]);
    }
  }, 120_000);
});
