import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateData } from '../../src/postgres/embedded/data-place.ts';
import { openEmbeddedServer } from '../../src/postgres/embedded/embedded-server.ts';
import { findPostmaster, stopPostmaster } from '../../src/postgres/embedded/postmaster.ts';
import { startProxy, throughPort } from './proxy.ts';
import { findSystemPostgres } from './system-postgres.ts';

/** A PostgreSQL server of a test's own, which it may stop and start; the machine's PostgreSQL, if it has one. */
export interface RestartableServer {
  /** Of its `postgres` database; stays the same whatever happens to the server. */
  readonly url: string;
  /** `fast` tells everybody, `crash` nobody: then the next start recovers what was committed. */
  stop(how: 'fast' | 'crash'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startRestartableServer(): Promise<RestartableServer> {
  const home = mkdtempSync(join(tmpdir(), `tasker-test-servers-${process.pid}-`));
  // as root the server runs as somebody else, who must get in
  chmodSync(home, 0o755);
  const folder = join(home, 'restartable');
  const binFolder = findSystemPostgres();
  // it only has to survive its own end, not that of the machine
  const settings = { fsync: 'off', max_connections: '200' };
  const server = await openEmbeddedServer(folder, { settings, ...(binFolder === undefined ? {} : { binFolder }) });
  const proxy = await startProxy(server.url());
  return {
    url: throughPort(server.url(), proxy.port),
    async stop(how) {
      const data = locateData(folder);
      const pid = findPostmaster(data)?.pid;
      if (how === 'crash' && pid !== undefined) process.kill(pid, 'SIGQUIT');
      await stopPostmaster(data);
    },
    async start() {
      proxy.aim(await server.revive());
    },
    async remove() {
      await proxy.close();
      await server.leave();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
