// Writes docs/reference/schema.graphql: npm run schema:graphql
import { writeFileSync } from 'node:fs';
import { printedSchema } from '../packages/server/src/graphql/printed-schema.ts';

writeFileSync(new URL('../docs/reference/schema.graphql', import.meta.url), printedSchema());
