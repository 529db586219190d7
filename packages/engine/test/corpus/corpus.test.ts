import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import { loadTemplates, readTemplateYaml, toYaml } from '../../src/index.ts';
import { publishedSchema } from '../../src/lifecycle/1-template/language/published-schema.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'templates');

/** Files that have a fault in every environment. There is none: docs/reference/corpus.md. */
const faulty: readonly string[] = [];

/** What the overrides of `production` need, by file. */
const neededInProduction = { 'engine/integration_yaml_example.yaml': 'ECOMMERCE_API_KEY' };

const { templates, problems, warnings } = await loadTemplates([folder], { environment: 'test', variables: {} });

describe('the templates of the ancestors', () => {
  it('TC-30: are all read, every file of them, in every dialect', () => {
    expect(problems).toEqual([]);
    expect(faulty).toEqual([]);
    expect(templates).toHaveLength(84);
    expect(templates.map(({ document }) => document.steps.length).reduce((sum, count) => sum + count)).toBe(332);
  });

  it('are read in every environment, with the variables of that one', async () => {
    const environments = ['development', 'production', 'nowhere'];
    for (const environment of environments) {
      const load = await loadTemplates([folder], { environment, variables: {} });
      const missing = load.problems.map(
        ({ file = '', line, message }) => `${relative(folder, file)}:${line} ${message}`,
      );
      const expected = Object.entries(neededInProduction).flatMap(([file, name]) => [
        `${file}:97 The variable \`${name}\` is not set.`,
        `${file}:103 The variable \`${name}\` is not set.`,
      ]);
      expect(missing).toEqual(environment === 'production' ? expected : []);
    }
    const variables = { ECOMMERCE_API_KEY: 'key' };
    expect((await loadTemplates([folder], { environment: 'production', variables })).problems).toEqual([]);
  });

  it('TC-31: that are exports in symbol keys say the same as their plain twins', () => {
    const same = warnings.filter(({ message }) => message.includes('says the same'));
    expect(same.map(({ message }) => message.replaceAll(`${folder}/`, ''))).toEqual([
      'test/identity_test@1.0.0 is in core/symbol-keyed/test__identity_test__1.0.0__10.yaml:25:1 too, and says the same.',
      'test/state_machine_enabled@1.0.0 is in core/symbol-keyed/test__state_machine_enabled__1.0.0__14.yaml:25:1 too, and says the same.',
    ]);
  });

  it('have a warning for each key that does nothing, and for no other', () => {
    const counts = new Map<string, number>();
    for (const { message } of warnings) {
      const [key = message] = /^`\w+` .*|^Steps of type `\w+`/.exec(message) ?? ['says the same'];
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      '`batch_config` has no effect yet.': 8,
      '`lifecycle` has no effect yet.': 6,
      '`loaded_from` has no effect: where a template came from is not kept.': 9,
      '`module_namespace` has no effect: a task is its steps, and has no class.': 1,
      '`publishes_events` has no effect yet.': 16,
      '`task_handler_class` has no effect: a task is its steps, and has no class.': 3,
      '`task_handler` has no effect: a task is its steps, and has no handler of its own.': 9,
      'Steps of type `batch_worker`': 8,
      'Steps of type `batchable`': 8,
      'Steps of type `decision`': 4,
      'Steps of type `deferred_convergence`': 12,
      'says the same': 2,
    });
  });

  it('compile; those that decide or work in batches are marked as not runnable', () => {
    const marked = templates.filter(({ document }) => compilePlan(document).unsupported.length > 0);
    const dynamic = /batch_processing|checkpoint_yield|conditional_approval/;
    expect(marked.every(({ file }) => dynamic.test(file))).toBe(true);
    expect(marked).toHaveLength(templates.filter(({ file }) => dynamic.test(file)).length);
  });

  it('are what they were when they are written in the canonical dialect and read again', () => {
    for (const { document } of templates) {
      expect(readTemplateYaml(toYaml(document), { variables: {} })).toEqual([document]);
    }
  });

  it('pass the published schema where they are in the canonical dialect with plain keys', () => {
    const canonical = templates.filter(({ file }) => !/engine|symbol-keyed/.test(relative(folder, file)));
    expect(canonical).toHaveLength(74);
    for (const { file } of canonical) expectToPassTheSchema(file);
  });
});

describe('the templates of the examples', () => {
  it('are read without a word, and pass the published schema', async () => {
    const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));
    const load = await loadTemplates([examples], { environment: 'test', variables: {} });
    const files = new Set(load.templates.map(({ file }) => file));
    expect(files.size).toBeGreaterThan(0);
    for (const file of files) expectToPassTheSchema(file);
    expect(load.problems.filter(({ file = '' }) => /\.ya?ml$/.test(file))).toEqual([]);
    expect(load.warnings).toEqual([]);
  });
});

const passes = new Ajv2020({ allowUnionTypes: true }).compile(publishedSchema());

function expectToPassTheSchema(file: string): void {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const data: unknown = document.toJS();
    if (data !== null) expect({ file, valid: passes(data), errors: passes.errors }).toMatchObject({ valid: true });
  }
}
