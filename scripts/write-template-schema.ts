// Writes the JSON Schema of the template language from the tables that templates are held against:
//   npm run schema:template
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publishedSchema } from '../packages/engine/src/lifecycle/1-template/language/published-schema.ts';

const file = new URL('../packages/contract/schema/task-template.schema.json', import.meta.url);
writeFileSync(fileURLToPath(file), `${JSON.stringify(publishedSchema(), null, 2)}\n`);
