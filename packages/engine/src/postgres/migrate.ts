import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Database, Queryable } from './database.ts';

export interface MigrationOptions {
  /** The folder of `NNNN_name.sql` files; default the engine's own. */
  readonly folder?: string;
}

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** SHA-256 of the file with line ends as \n, hexadecimal. */
  readonly checksum: string;
}

export interface MigrationStatus {
  readonly applied: readonly (Migration & { readonly appliedAt: Date })[];
  readonly pending: readonly Migration[];
}

/**
 * Brings the database to the state this version of the code expects, forward only, and returns what was applied.
 *
 * Any number of processes may call this at once: each migration is one transaction that holds a lock, so one of them
 * applies it and the others find it applied. No session state: works through a transaction-mode pooler.
 *
 * @throws when an applied file was changed; {DatabaseIsNewer} when the database was migrated by newer code
 */
export async function migrate(database: Database, options: MigrationOptions = {}): Promise<Migration[]> {
  const files = readFiles(options.folder ?? ownFolder);
  // In nearly every start there is nothing to do, and finding that out should lock nothing.
  if (compare(files, await readApplied(database, database.schema)).pending.length === 0 && files.length > 0) return [];
  await database.transaction((tx) => prepare(tx, database.schema));
  const done: Migration[] = [];
  for (const file of files) {
    if (await database.transaction((tx) => applyOne(tx, database.schema, files, file))) done.push(described(file));
  }
  return done;
}

/** What is applied and what is not, without changing anything. Throws like `migrate`. */
export async function migrationStatus(database: Database, options: MigrationOptions = {}): Promise<MigrationStatus> {
  const files = readFiles(options.folder ?? ownFolder);
  return compare(files, await readApplied(database, database.schema));
}

/** The database has migrations that this code does not know. What runs already may go on beside newer code; nothing begins. */
export class DatabaseIsNewer extends Error {
  override readonly name = 'DatabaseIsNewer';
}

interface MigrationFile extends Migration {
  readonly text: string;
}

interface AppliedRow {
  version: number;
  name: string;
  checksum: string;
  applied_at: Date;
}

// src/postgres and dist/postgres lie equally deep in the package.
const ownFolder = fileURLToPath(new URL('../../sql/migrations/', import.meta.url));

/** Any constant will do as long as it never changes: old and new code must lock the same thing. */
const lock = { text: 'select pg_advisory_xact_lock(7493056611)' };

function readFiles(folder: string): MigrationFile[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => readFile(folder, file));
  files.forEach((file, index) => {
    if (file.version !== index + 1) {
      throw new Error(`The migrations in ${folder} must be numbered 0001, 0002, …: there is no ${index + 1}.`);
    }
  });
  return files;
}

function readFile(folder: string, file: string): MigrationFile {
  const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
  if (digits === undefined || name === undefined) {
    throw new Error(`The migration ${file} in ${folder} must be named like 0001_what_it_does.sql.`);
  }
  // A checkout on another system may change line ends; that is no change of the migration.
  const text = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\r\n', '\n');
  return { version: Number(digits), name, checksum: createHash('sha256').update(text).digest('hex'), text };
}

async function readApplied(queryable: Queryable, schema: string): Promise<AppliedRow[]> {
  // Asked first, because a statement that fails would end the transaction and show up in the server's log.
  const [table] = await queryable.query<{ exists: boolean }>({ text: 'select to_regclass($1) is not null as exists' }, [
    `${schema}.migration`,
  ]);
  if (!table?.exists) return [];
  return queryable.query<AppliedRow>({
    text: 'select version, name, checksum, applied_at from tasker.migration order by version',
  });
}

function compare(files: readonly MigrationFile[], rows: readonly AppliedRow[]): MigrationStatus {
  for (const row of rows) {
    const file = files[row.version - 1];
    if (file === undefined) {
      throw new DatabaseIsNewer(
        `The database was migrated to version ${row.version} (${row.name}) by a newer version of the program; this ` +
          `one knows ${files.length}. Install the newer version.`,
      );
    }
    if (file.checksum !== row.checksum) {
      throw new Error(
        `Migration ${row.version} (${file.name}) was changed after it had been applied to this database. Use ` +
          'the build that applied it, or another database. A change belongs into a new migration.',
      );
    }
  }
  return {
    applied: rows.map(({ version, name, checksum, applied_at }) => ({
      version,
      name,
      checksum,
      appliedAt: applied_at,
    })),
    pending: files.slice(rows.length).map(described),
  };
}

async function prepare(tx: Queryable, schema: string): Promise<void> {
  await tx.query(lock);
  // Not `if not exists`: that wants the right to create schemas even where an administrator has made this one.
  const [found] = await tx.query<{ exists: boolean }>({ text: 'select to_regnamespace($1) is not null as exists' }, [
    schema,
  ]);
  if (!found?.exists) await tx.query({ text: 'create schema tasker' });
  await tx.query({
    text: `create table if not exists tasker.migration (
      version int primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`,
  });
}

async function applyOne(
  tx: Queryable,
  schema: string,
  files: readonly MigrationFile[],
  file: MigrationFile,
): Promise<boolean> {
  await tx.query(lock);
  // Looked up under the lock: another process may have applied it while this one waited.
  if (!compare(files, await readApplied(tx, schema)).pending.some(({ version }) => version === file.version))
    return false;
  try {
    await tx.script(file.text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Migration ${file.version} (${file.name}) failed and changed nothing: ${reason}`, { cause });
  }
  await tx.query({ text: 'insert into tasker.migration (version, name, checksum) values ($1, $2, $3)' }, [
    file.version,
    file.name,
    file.checksum,
  ]);
  return true;
}

function described({ version, name, checksum }: Migration): Migration {
  return { version, name, checksum };
}
