import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { Database, Queryable, SqlValue, Statement } from './database.ts';
import { holdFolder } from './folder-lock.ts';
import { resultParsers } from './result-parsers.ts';
import { checkSchemaName, defaultSchema, inSchema } from './schema-name.ts';
import { valueText } from './value-text.ts';

export interface PGliteOptions {
  /** The folder to keep the data in; without it everything is gone when the database is closed. */
  readonly folder?: string;
  /** The schema everything lives in; default `tasker`. */
  readonly schema?: string;
  /** A data folder to start from, as `dumpImage` gave it: faster than making one. Not together with `folder`. */
  readonly image?: Blob;
  /** Hears of troubles that harm nobody. Default: nobody does. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Opens PostgreSQL in this process. One connection: statements and transactions wait for each other. Nothing is
 * synced to disk, so a folder survives the end of the process but not a power cut: not for durable data.
 *
 * @throws when the folder is in use by another process (the error names it), or when the package is not installed.
 */
export async function openPGlite(options: PGliteOptions = {}): Promise<PGliteDatabase> {
  const schema = checkSchemaName(options.schema ?? defaultSchema);
  const { PGlite } = await importPGlite();
  const { folder, image } = options;
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const release = folder === undefined ? async () => undefined : await holdFolder(folder);
  try {
    const server = await PGlite.create({
      ...(folder === undefined ? {} : { dataDir: join(folder, 'pglite') }),
      ...(image === undefined ? {} : { loadDataDir: image }),
    });
    // Values go and come as on a real server: text in, our own parsers out.
    server.serializers = {};
    server.parsers = { ...resultParsers };
    return new PGliteDatabase(server, schema, release, options.onWarning ?? (() => undefined));
  } catch (error) {
    await release();
    throw error;
  }
}

export class PGliteDatabase implements Database {
  readonly kind = 'pglite';
  readonly schema: string;
  readonly #server: PGlite;
  readonly #releaseFolder: () => Promise<void>;
  readonly #warn: (message: string) => void;
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  /** The transaction that the current asynchronous call chain is inside of. */
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  #closing: Promise<void> | undefined;

  constructor(server: PGlite, schema: string, releaseFolder: () => Promise<void>, warn: (message: string) => void) {
    this.#server = server;
    this.schema = schema;
    this.#releaseFolder = releaseFolder;
    this.#warn = warn;
    server.onNotification((channel, payload) => this.#dispatch(channel, payload));
  }

  async query<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<Row[]> {
    this.#refuseInsideTransaction();
    return this.#run<Row>(this.#server, statement, values);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    this.#refuseInsideTransaction();
    const state = { open: true };
    try {
      return await this.#server.transaction((transaction) => {
        const tx: Queryable = {
          query: (statement, values) => this.#run(transaction, statement, values),
          script: async (text) => void (await transaction.exec(inSchema(text, this.schema))),
        };
        return this.#inside.run(state, () => work(tx));
      });
    } finally {
      state.open = false;
    }
  }

  async script(text: string): Promise<void> {
    this.#refuseInsideTransaction();
    try {
      await this.#server.exec(inSchema(text, this.schema));
    } catch (error) {
      if (this.#server.isInTransaction()) await this.#server.exec('rollback');
      throw error;
    }
  }

  async listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    const others = this.#listeners.get(channel);
    if (others) others.add(onMessage);
    else this.#listeners.set(channel, new Set([onMessage]));
    if (!others) await this.#server.exec(`listen ${quoted(channel)}`);
    return () => this.#unlisten(channel, onMessage);
  }

  /** The data folder as it is now, for `image`. */
  dumpImage(): Promise<Blob> {
    return this.#server.dumpDataDir('none');
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #unlisten(channel: string, onMessage: (payload: string) => void): Promise<void> {
    const listeners = this.#listeners.get(channel);
    if (!listeners?.delete(onMessage) || listeners.size > 0) return;
    this.#listeners.delete(channel);
    // Closing the database ends listening too; saying so afterwards is no error.
    if (this.#closing === undefined) await this.#server.exec(`unlisten ${quoted(channel)}`);
  }

  #dispatch(channel: string, payload: string): void {
    for (const onMessage of this.#listeners.get(channel) ?? []) {
      try {
        onMessage(payload);
      } catch (error) {
        this.#warn(`a listener on ${channel} failed: ${String(error)}`);
      }
    }
  }

  async #shutDown(): Promise<void> {
    try {
      await this.#server.close();
    } finally {
      await this.#releaseFolder();
    }
  }

  async #run<Row extends object>(
    target: PGlite | Transaction,
    statement: Statement,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    const text = inSchema(statement.text, this.schema);
    return (await target.query<Row>(text, values.map(valueText))).rows;
  }

  /** With a single connection such a statement would wait for its own transaction for ever. */
  #refuseInsideTransaction(): void {
    if (this.#inside.getStore()?.open) {
      throw new Error('Inside a transaction use the queries it was given: this database has only one connection.');
    }
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

async function importPGlite() {
  try {
    return await import('@electric-sql/pglite');
  } catch (cause) {
    throw new Error('The package @electric-sql/pglite is not installed: npm install @electric-sql/pglite@0.5.16', {
      cause,
    });
  }
}
