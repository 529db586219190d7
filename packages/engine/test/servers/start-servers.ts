import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type EmbeddedServer, openEmbeddedServer } from '../../src/postgres/embedded/embedded-server.ts';
import { EmbeddedUnavailable } from '../../src/postgres/embedded/unavailable.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { isAlive } from '../../src/postgres/process-record.ts';
import { databaseUrl, templateName, wantedDatabases } from './names.ts';
import { readPGliteImage } from './pglite-image.ts';
import { findSystemPostgres } from './system-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URLs of the servers' `postgres` databases, by name in `databases`. */
    testServers: Readonly<Record<string, string>>;
  }
}

/**
 * Starts the servers that database tests run on, once for the whole run: the embedded PostgreSQL and the one that
 * the machine has, if it has one. Each gets a migrated database to clone. PGlite needs no server.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const home = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // As root the servers run as somebody else, who must get in.
  chmodSync(home, 0o755);
  const servers = new Map<string, EmbeddedServer>();
  const urls: Record<string, string> = {};
  for (const name of wantedDatabases()) {
    if (name === 'pglite') {
      // Made here, because the first time takes longer than a test may.
      await readPGliteImage();
      continue;
    }
    const server = await startServer(name, join(home, name));
    if (server === undefined) continue;
    servers.set(name, server);
    urls[name] = server.url();
    await makeTemplate(server.url());
  }
  project.provide('testServers', urls);
  return async () => {
    for (const server of servers.values()) await server.leave();
    rmSync(home, { recursive: true, force: true });
  };
}

const prefix = 'tasker-test-servers-';

async function startServer(name: string, folder: string): Promise<EmbeddedServer | undefined> {
  const binFolder = name === 'system' ? findSystemPostgres() : undefined;
  if (name === 'system' && binFolder === undefined) {
    process.stdout.write('No PostgreSQL server is installed here: database tests run on the other databases only.\n');
    return undefined;
  }
  try {
    const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };
    return await openEmbeddedServer(folder, { settings, ...(binFolder === undefined ? {} : { binFolder }) });
  } catch (error) {
    if (!(error instanceof EmbeddedUnavailable)) throw error;
    process.stdout.write(`Database tests run without the ${name} server: ${error.message}\n`);
    return undefined;
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = openPool(url);
  await admin.script(`create database ${templateName}`);
  await admin.close();
  const template = openPool(databaseUrl(url, templateName));
  await migrate(template);
  await template.close();
}

/** Folders of runs that were killed: the watchdog has stopped their servers, nobody has removed the data. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
