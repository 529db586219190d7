import { describe, inject, onTestFinished } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { databaseUrl, templateName, wantedDatabases } from './names.ts';
import { borrowPGlite } from './pglite-databases.ts';
import type { TestDatabase } from './test-database.ts';

/** One kind of database that tests run on. */
export interface TestDatabaseKind {
  readonly name: string;
  /** Whether several connections can be open at once, so that transactions can meet. */
  readonly concurrent: boolean;
  /** Makes a migrated database of its own, in some 20 ms. With `empty`, one without migrations. */
  create(options?: { empty?: boolean }): Promise<TestDatabase>;
  /** The same inside a test, dropped when the test has finished. */
  fresh(options?: { empty?: boolean }): Promise<TestDatabase>;
}

/** The databases of this run, as `TASKER_TEST_DATABASES` and the machine allow. */
export const databases: readonly TestDatabaseKind[] = wantedDatabases().flatMap((name) => {
  if (name === 'pglite') return [kind(name, false, borrowPGlite)];
  const server = inject('testServers')[name];
  return server === undefined ? [] : [kind(name, true, (empty) => cloneOnServer(server, empty))];
});

/** Runs the same tests on every kind of database. */
export function describeEachDatabase(suite: (kind: TestDatabaseKind) => void): void {
  for (const kind of databases) {
    describe(`on ${kind.name}`, () => {
      suite(kind);
    });
  }
}

/** Runs tests on one kind of database, for which any will do: a server if there is one. */
export function describeOneDatabase(suite: (kind: TestDatabaseKind) => void): void {
  const kind =
    databases.find(({ name }) => name === 'system') ?? databases.find(({ concurrent }) => concurrent) ?? databases[0];
  if (kind === undefined) throw new Error('There is no database to run tests on.');
  describe(`on ${kind.name}`, () => {
    suite(kind);
  });
}

function kind(name: string, concurrent: boolean, make: (empty: boolean) => Promise<TestDatabase>): TestDatabaseKind {
  return {
    name,
    concurrent,
    create: ({ empty = false } = {}) => make(empty),
    fresh: async ({ empty = false } = {}) => {
      const database = await make(empty);
      onTestFinished(() => database.drop());
      return database;
    },
  };
}

let count = 0;

async function cloneOnServer(server: string, empty: boolean): Promise<TestDatabase> {
  count += 1;
  const name = `test_${process.pid}_${count}`;
  await asAdmin(server, async (admin) => {
    const [version] = await admin.query<{ number: number }>({
      text: `select current_setting('server_version_num')::int as number`,
    });
    // Copying files is faster than going through the log, and is all that 14 can do.
    const strategy = (version?.number ?? 0) >= 150_000 ? 'strategy file_copy' : '';
    await admin.script(`create database ${name} template ${empty ? 'template1' : templateName} ${strategy}`);
  });
  const url = databaseUrl(server, name);
  const db = openPool(url);
  return {
    db,
    url,
    drop: async () => {
      await db.close();
      await asAdmin(server, (admin) => admin.script(`drop database ${name} with (force)`));
    },
  };
}

async function asAdmin(server: string, work: (admin: Database) => Promise<void>): Promise<void> {
  const admin = openPool(server, { maxConnections: 1, prepare: false });
  try {
    await work(admin);
  } finally {
    await admin.close();
  }
}
