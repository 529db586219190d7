import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';
import { hasData } from './embedded/data-folder.ts';
import { EmbeddedUnavailable } from './embedded/unavailable.ts';
import { type EmbeddedOptions, openEmbedded } from './embedded.ts';
import { openPGlite } from './pglite.ts';
import { openPool, type PoolOptions } from './pool.ts';

/** Options of every kind of database; those that do not apply to the kind at hand do nothing. */
export type OpenDatabaseOptions = Omit<PoolOptions, 'kind' | 'revive'> & EmbeddedOptions;

/** Where data is kept when nothing says otherwise. */
export const defaultDatabaseUrl = 'file:.tasker';

/**
 * Opens the database that `url` names:
 * - `postgres://user:password@host/database` a PostgreSQL server, 14 or newer
 * - `file:DIR` a real PostgreSQL server of our own on the data in that folder; relative to the working directory
 * - `memory:` PostgreSQL in this process, gone when it ends
 * - `pglite:DIR` the same, kept in a folder, for one process at a time; not safe against power cuts
 *
 * Where no embedded server can run, `file:DIR` is served by PGlite, and `onWarning` hears why.
 */
export async function openDatabase(url: string, options: OpenDatabaseOptions = {}): Promise<Database> {
  if (/^postgres(ql)?:\/\//i.test(url)) return openPool(url, options);
  if (url === 'memory:') return openPGlite(options);
  const [, kind, rest] = /^(file|pglite):(.*)$/is.exec(url) ?? [];
  if (kind === undefined || !rest) throw new Error(describeUnknown(url));
  const folder = rest.startsWith('//') ? fileURLToPath(`file:${rest}`) : rest;
  return kind.toLowerCase() === 'file' ? openFolder(folder, options) : openPGlite({ ...options, folder });
}

async function openFolder(folder: string, options: OpenDatabaseOptions): Promise<Database> {
  // What an earlier run has put into PGlite stays visible, also when an embedded server could run by now.
  const usesPGlite = existsSync(join(folder, 'pglite')) && !hasData(folder);
  try {
    if (usesPGlite) throw new EmbeddedUnavailable('the folder holds PGlite data of an earlier run');
    return await openEmbedded(folder, options);
  } catch (error) {
    // Never past existing data: an empty database in their place would look like a loss.
    if (!(error instanceof EmbeddedUnavailable) || hasData(folder)) throw error;
    options.onWarning?.(`using PGlite instead of a PostgreSQL server, not safe against power cuts: ${error.message}`);
    return openPGlite({ ...options, folder });
  }
}

/** Only the start is quoted: further on there may be a password. */
function describeUnknown(url: string): string {
  const start = /^[a-z][a-z0-9+.-]{0,20}:/i.exec(url)?.[0] ?? '';
  return (
    'The database URL must be postgres://user:password@host/database, file:DIR (an embedded PostgreSQL server), ' +
    `memory: or pglite:DIR, not ${url === '' ? 'empty' : `something that starts with ${JSON.stringify(start)}`}.`
  );
}
