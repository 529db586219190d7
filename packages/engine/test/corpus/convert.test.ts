import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import { convertTemplates, loadTemplates, readTemplateYaml, toYaml } from '../../src/index.ts';
import { arbitraryGraph } from '../arbitraries/graph.ts';
import { templateOf } from '../arbitraries/template.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'templates');
const { files } = await loadTemplates([folder], { variables: {} });
const variables = { ECOMMERCE_API_KEY: 'key' };

describe('a converted template', () => {
  it('of the ancestors has the same plan as before, in every environment', () => {
    const lost = new Map<string, readonly string[]>();
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const conversion = convertTemplates(text, { variables });
      lost.set(
        relative(folder, file),
        conversion.lost.filter((each) => !each.startsWith('Comments')),
      );
      for (const environment of ['', 'development', 'test', 'production', 'staging']) {
        const plans = (yaml: string) =>
          readTemplateYaml(yaml, { environment, variables }).map((each) => compilePlan(each).hash);
        expect({ file, environment, plans: plans(conversion.yaml) }).toEqual({ file, environment, plans: plans(text) });
      }
    }
    const said = [...lost].filter(([, sentences]) => sentences.length > 0);
    expect(said).toEqual([
      ['engine/integration_yaml_example.yaml', ['Variables are written as the values that they have now.']],
    ]);
  });

  it('is in the canonical dialect, and converts to itself', () => {
    const { yaml } = convertTemplates(
      ':name: t\n:step_templates:\n  - name: a\n    handler_class: A\n    depends_on_steps: []\n',
    );
    expect(yaml).toContain('steps:\n  - name: a\n    handler:\n      callable: A\n');
    expect(convertTemplates(yaml)).toEqual({ yaml, lost: [] });
  });

  property.prop([arbitraryGraph(12).map(templateOf)])('says the same, whatever it said', (document) => {
    const { yaml, lost } = convertTemplates(toYaml(document), { variables: {} });
    expect(readTemplateYaml(yaml, { variables: {} }).map((each) => compilePlan(each).hash)).toEqual([
      compilePlan(document).hash,
    ]);
    expect(lost.filter((each) => !each.startsWith('Variables'))).toEqual([]);
  });

  it('says what is lost', () => {
    const text = (more: string) => `name: t\nsteps:\n  - name: a\n    handler: { callable: x }\n${more}`;
    expect(convertTemplates(text('# hm\n')).lost).toEqual(['Comments are not kept.']);
    expect(convertTemplates(text('description: "# no"\nmetadata:\n  note: |\n    # nor this\n')).lost).toEqual([]);
    expect(convertTemplates(text('description: ${WHO:-me}\n')).lost).toEqual([
      'Variables are written as the values that they have now.',
    ]);
    expect(
      convertTemplates(
        'name: t\nstep_templates:\n  - name: a\n    handler_class: A\nenvironments: { test: { description: x } }\n',
      ).lost,
    ).toEqual(['The overrides of environment `test` are not kept. The canonical dialect has no words for them.']);
  });
});
