import type { Database } from './database.ts';
import { type EmbeddedServerOptions, openEmbeddedServer } from './embedded/embedded-server.ts';
import { openPool, type PoolOptions } from './pool.ts';

export type EmbeddedOptions = EmbeddedServerOptions & Omit<PoolOptions, 'kind' | 'revive' | 'prepare'>;

/**
 * Opens the real PostgreSQL server that lives in `folder`, started by ourselves when it is not running. A server that
 * dies is started again by the next query that finds it dead; the last database to be closed stops it.
 *
 * @throws EmbeddedUnavailable when no server can run here.
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<Database> {
  const server = await openEmbeddedServer(folder, options);
  const pool = openPool(server.url(), { ...options, kind: 'embedded', prepare: true, revive: server.revive });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await pool.close();
    await server.leave();
  };
  return {
    kind: pool.kind,
    schema: pool.schema,
    query: (statement, values) => pool.query(statement, values),
    script: (text) => pool.script(text),
    transaction: (work) => pool.transaction(work),
    listen: (channel, onMessage) => pool.listen(channel, onMessage),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
