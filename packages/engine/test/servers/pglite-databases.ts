import type { Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { openPGlite, type PGliteDatabase } from '../../src/postgres/pglite.ts';
import { readPGliteImage } from './pglite-image.ts';
import type { TestDatabase } from './test-database.ts';

/**
 * A PGlite for one test. Starting one takes seconds and most of a gigabyte, so those that a test gives back are used
 * again by the next test of the file, after everything in them was dropped.
 */
export async function borrowPGlite(empty: boolean): Promise<TestDatabase> {
  const db = idle.pop() ?? (await openPGlite({ image: await readPGliteImage() }));
  if (!empty) await migrate(db);
  const stops = new Set<() => Promise<void>>();
  return {
    db: lend(db, stops),
    url: 'memory:',
    drop: async () => {
      for (const stop of stops) await stop();
      await db.script(dropEverything);
      idle.push(db);
    },
  };
}

const idle: PGliteDatabase[] = [];

const dropEverything = `
  do $$
  declare name text;
  begin
    for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
    loop
      execute format('drop schema %I cascade', name);
    end loop;
  end
  $$;
  drop schema public cascade;
  create schema public;
`;

/** What is under test may close its database; the PGlite behind it lives on. */
function lend(db: PGliteDatabase, stops: Set<() => Promise<void>>): Database {
  return {
    kind: db.kind,
    schema: db.schema,
    query: (statement, values) => db.query(statement, values),
    script: (text) => db.script(text),
    transaction: (work) => db.transaction(work),
    listen: async (channel, onMessage) => {
      const stop = await db.listen(channel, onMessage);
      stops.add(stop);
      return async () => {
        stops.delete(stop);
        await stop();
      };
    },
    close: async () => undefined,
  };
}
