// Writes docs/reference/openapi.json, the reference of the HTTP API: npm run openapi
import { writeFileSync } from 'node:fs';
import { reference } from '@tasker/server';

const document = JSON.stringify(reference('/tasker'), undefined, 2);
writeFileSync(new URL('../docs/reference/openapi.json', import.meta.url), `${document}\n`);
