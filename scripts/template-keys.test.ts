import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isJsonObject, parseJson } from '../packages/engine/src/json/parse.ts';
import { templateKeysPage } from './template-keys.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

it('the page of template keys is the published schema in a table (else: npm run schema:template)', () => {
  const schema = parseJson(read('packages/contract/schema/task-template.schema.json'));
  if (!isJsonObject(schema)) throw new Error('The schema is no object.');
  expect(read('docs/reference/template-keys.md')).toBe(templateKeysPage(schema));
});
