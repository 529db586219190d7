import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { publishedSchema } from './published-schema.ts';

const schema = publishedSchema();
const check = new Ajv2020({ allowUnionTypes: true }).compile(schema);

function isValid(text: string): boolean {
  return check(parse(text));
}

const step = 'name: t\nsteps:\n  - name: a\n    handler: { callable: a }\n';

describe('the published schema of templates', () => {
  it('is what is committed (else: npm run schema:template)', () => {
    const file = new URL('../../../../../contract/schema/task-template.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema);
  });

  it('accepts what the reader accepts, variables in place of numbers and words among it', () => {
    expect(isValid(step)).toBe(true);
    expect(isValid(`${step}    timeout_seconds: \${TIMEOUT}\n    type: \${TYPE:-standard}\n    retry:\n`)).toBe(true);
    expect(isValid(`${step}    timeout_seconds: soon\n`)).toBe(false);
    expect(isValid(`${step}    tiemout_seconds: 5\n`)).toBe(false);
    expect(isValid(`${step}    publishes_events: [a.b, { name: a.c }]\n`)).toBe(true);
    expect(isValid(`${step}environments: { test: { steps: [{ name: ALL, retry: { limit: 1 } }] } }\n`)).toBe(true);
    expect(isValid(`${step}environments: { test: { steps: [{ retry: { limit: 1 } }] } }\n`)).toBe(false);
  });

  it('has none of the annotations that only the reader knows, and tells what has no effect', () => {
    const text = JSON.stringify(schema);
    expect(text).not.toMatch(/"(hint|noEffect|elsewhere|refused)":/);
    expect(text).toContain('Kept so that old exports load. This key has no effect');
  });

  it('describes every key that is not plain by its name', () => {
    expect(schema).toMatchObject({
      properties: {
        input_schema: { description: 'JSON Schema of the context.' },
        steps: { items: { properties: { dependencies: { description: expect.any(String) } } } },
      },
    });
  });
});
