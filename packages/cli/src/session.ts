import { existsSync } from 'node:fs';
import { type Client, createClient } from '@tasker/client';
import { createTasker, type Database, openDatabase, printableUrl } from '@tasker/engine';
import { migrationStatus } from '@tasker/engine/migrate';
import type { Cli } from './cli.ts';
import { localClient } from './local-client.ts';
import { errorLine } from './output/error-line.ts';
import { createLogger } from './output/logger.ts';

/**
 * Does something with Tasker, without working on steps: over HTTP when a server is named, else in this process, with a
 * database that must be there and up to date. A command cannot tell the one from the other.
 */
export async function withTasker<Result>(cli: Cli, work: (tasker: Client) => Promise<Result>): Promise<Result> {
  if (cli.server !== undefined) return work(createClient(cli.server));
  return withDatabase(cli, async (db) => {
    const logger = createLogger(cli, 'warn');
    const tasker = await createTasker({ database: db, worker: false, upkeep: false, migrate: false, logger });
    try {
      return await work(localClient(tasker));
    } finally {
      await tasker.stop();
    }
  });
}

async function withDatabase<Result>(cli: Cli, work: (db: Database) => Promise<Result>): Promise<Result> {
  refuseMissingFolder(cli.database);
  return withAnyDatabase(cli, async (db) => {
    const { pending } = await migrationStatus(db);
    if (pending.length > 0) {
      throw new Error(
        `The database at ${printableUrl(cli.database)} is not up to date: ${pending.length} ` +
          `${pending.length === 1 ? 'migration is' : 'migrations are'} missing. Run \`tasker migrate\` first.`,
      );
    }
    return work(db);
  });
}

/** Does something with a database in any condition; one in a folder is made if need be. */
export async function withAnyDatabase<Result>(cli: Cli, work: (db: Database) => Promise<Result>): Promise<Result> {
  const { url: _url, name: _name, migrate: _migrate, ...limits } = cli.config.database;
  const onWarning = (message: string) => cli.terminal.note(`tasker: ${message}`);
  const db = await openDatabase(cli.database, { ...limits, onWarning });
  try {
    await refuseUnreachable(db, cli.database);
    return await work(db);
  } finally {
    await db.close();
  }
}

/** A database in a folder is made when it is opened; one made by looking at it would be of no use to anybody. */
export function refuseMissingFolder(database: string): void {
  const folder = /^(?:file|pglite):(.*)$/is.exec(database)?.[1];
  if (folder === undefined || folder.startsWith('//') || existsSync(folder)) return;
  throw new Error(
    `There is no database in the folder ${folder}. Name another with --database or TASKER_DATABASE_URL, or make this ` +
      'one with `tasker migrate`.',
  );
}

async function refuseUnreachable(db: Database, url: string): Promise<void> {
  try {
    await db.query({ text: 'select 1' });
  } catch (cause) {
    throw new Error(
      `The database at ${printableUrl(url)} cannot be used: ${errorLine(cause)}. ` +
        'Check the URL given with --database or TASKER_DATABASE_URL, and that the server is running.',
      { cause },
    );
  }
}
