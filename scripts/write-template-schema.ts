// Writes what is published about the template language, from the tables that templates are held against:
//   npm run schema:template
import { writeFileSync } from 'node:fs';
import { publishedSchema } from '../packages/engine/src/lifecycle/1-template/language/published-schema.ts';
import { templateKeysPage } from './template-keys.ts';

const root = new URL('..', import.meta.url);
const schema = publishedSchema();
writeFileSync(
  new URL('packages/contract/schema/task-template.schema.json', root),
  `${JSON.stringify(schema, null, 2)}\n`,
);
writeFileSync(new URL('docs/reference/template-keys.md', root), templateKeysPage(schema));
