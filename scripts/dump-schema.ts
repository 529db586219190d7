// Writes packages/engine/sql/schema.sql from the migrations: npm run schema:dump
import { writeFileSync } from 'node:fs';
import { dumpSchema } from '../packages/engine/src/postgres/dump-schema.ts';
import { migrate } from '../packages/engine/src/postgres/migrate.ts';
import { openPGlite } from '../packages/engine/src/postgres/pglite.ts';

const database = await openPGlite();
await migrate(database);
writeFileSync(new URL('../packages/engine/sql/schema.sql', import.meta.url), await dumpSchema(database));
await database.close();
