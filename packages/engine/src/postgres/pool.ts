import pg from 'pg';
import { parseConnectionUrl, printableUrl } from './connection-url.ts';
import type { Database, Queryable, SqlValue, Statement } from './database.ts';
import { Notifications } from './notifications.ts';
import { resultParser } from './result-parsers.ts';
import { checkSchemaName, defaultSchema, inSchema } from './schema-name.ts';
import { isConnectionLoss, isLostPreparedStatement, sqlstate } from './sqlstate.ts';

export interface PoolOptions {
  /** The schema everything lives in; default `tasker`. */
  readonly schema?: string;
  /** Connections at most, without the one that listens; default 10. */
  readonly maxConnections?: number;
  /**
   * Whether named statements stay prepared on their connection. Default: yes, unless the URL says otherwise
   * (`?prepare=false`, `?pgbouncer=true`) or a pooler shows between us and the server.
   */
  readonly prepare?: boolean;
  /** How long a connection may take to be made or to become free, milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long a named statement may take before its connection counts as dead, milliseconds; default 60,000. */
  readonly queryTimeoutMs?: number;
  /** Hears of troubles that heal by themselves. Default: nobody does. */
  readonly onWarning?: (message: string) => void;
  /** What `kind` says; default `server`. */
  readonly kind?: 'server' | 'embedded';
  /**
   * Called once when no connection can be made, before trying again: brings the server back and gives the URL it has
   * now. The embedded server uses it.
   */
  readonly revive?: () => Promise<string>;
}

/** Opens a pool of connections to the server at `url` (`postgres://…`). Connects when first used. */
export function openPool(url: string, options: PoolOptions = {}): Database {
  return new PgPool(url, options);
}

class PgPool implements Database {
  readonly kind: 'server' | 'embedded';
  readonly schema: string;
  readonly #pool: pg.Pool;
  readonly #notifications: Notifications;
  readonly #queryTimeoutMs: number;
  readonly #warn: (message: string) => void;
  readonly #revive: PoolOptions['revive'];
  /** Whether the server's own process answers, and no pooler; found out on the first connection. */
  #direct: boolean | undefined;
  /** Whether statements are prepared; if nobody has said: when connections are direct. */
  #prepare: boolean | undefined;
  readonly #texts = new WeakMap<Statement, string>();
  #reviving: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, options: PoolOptions) {
    const { connectionString, prepare } = parseConnectionUrl(url);
    this.kind = options.kind ?? 'server';
    this.schema = checkSchemaName(options.schema ?? defaultSchema);
    this.#prepare = options.prepare ?? prepare;
    this.#queryTimeoutMs = options.queryTimeoutMs ?? 60_000;
    this.#warn = options.onWarning ?? (() => undefined);
    this.#revive = options.revive;
    const connection: pg.ClientConfig = {
      connectionString,
      application_name: 'tasker',
      connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: { getTypeParser: resultParser },
    };
    const target = readTarget(url, connection);
    this.#pool = new pg.Pool({ ...connection, max: options.maxConnections ?? 10, idleTimeoutMillis: 30_000 });
    this.#pool.on('error', (error) => {
      // The pool says that it has ended before its connections have; an embedded server may be gone sooner than they.
      if (this.#closing === undefined) this.#warn(`an idle connection to ${target} broke: ${error.message}`);
    });
    // A connection that breaks while it is checked out tells its query; without a listener it would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#notifications = new Notifications({
      connect: async () => {
        // Behind a pooler LISTEN would stay behind on a connection that is somebody else's a moment later.
        if (this.#direct === undefined) await this.#withClient(async () => undefined);
        if (!this.#direct) return undefined;
        return this.#revivingServer(async () => {
          const client = new pg.Client({ ...connection, connectionString: this.#pool.options.connectionString });
          await client.connect();
          return client;
        });
      },
      onWarning: this.#warn,
    });
  }

  async query<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<Row[]> {
    try {
      return await this.#withClient((client) => this.#run<Row>(client, statement, values));
    } catch (error) {
      if (!this.#stopPreparing(error) && !wasNeverSent(error)) throw error;
      return this.#withClient((client) => this.#run<Row>(client, statement, values));
    }
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query('begin isolation level read committed');
      const tx = new Transaction({
        query: (statement, values) => this.#run(client, statement, values),
        script: async (text) => void (await client.query(inSchema(text, this.schema))),
      });
      try {
        const result = await work(tx);
        await tx.end();
        await commit(client);
        return result;
      } catch (error) {
        await tx.end();
        // The transaction cannot go on and what its function did besides cannot be repeated here: the caller's next
        // attempt will do without prepared statements.
        this.#stopPreparing(error);
        await rollback(client);
        throw error;
      }
    });
  }

  async script(text: string): Promise<void> {
    await this.#withClient(async (client) => {
      try {
        await client.query(inSchema(text, this.schema));
      } catch (error) {
        // The script may have opened a transaction of its own.
        await rollback(client);
        throw error;
      }
    });
  }

  async listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    return this.#notifications.listen(channel, onMessage);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#notifications.close(), this.#pool.end()]).then(() => undefined);
    return this.#closing;
  }

  async #run<Row extends object>(
    client: pg.PoolClient,
    statement: Statement,
    values: readonly SqlValue[] | undefined,
  ): Promise<Row[]> {
    const query: pg.QueryConfig & { query_timeout?: number } = { text: this.#textOf(statement) };
    if (values !== undefined) query.values = [...values];
    if (statement.name !== undefined) {
      if (this.#prepare) query.name = statement.name;
      query.query_timeout = this.#queryTimeoutMs;
    }
    return (await client.query<Row>(query)).rows;
  }

  #textOf(statement: Statement): string {
    if (this.schema === defaultSchema) return statement.text;
    let text = this.#texts.get(statement);
    if (text === undefined) this.#texts.set(statement, (text = inSchema(statement.text, this.schema)));
    return text;
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#revivingServer(() => this.#pool.connect());
    try {
      this.#direct ??= await reachesServerDirectly(client);
      this.#prepare ??= this.#direct;
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      // Most errors leave the connection in order, and making one costs more than what it is used for.
      client.release(isConnectionLoss(error) || client.getTransactionStatus() !== 'I');
      throw error;
    }
  }

  async #revivingServer<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect();
    } catch (error) {
      if (this.#revive === undefined || this.#closing !== undefined || !isServerGone(error)) throw error;
      this.#reviving ??= this.#reviveServer(this.#revive).finally(() => {
        this.#reviving = undefined;
      });
      await this.#reviving;
      return connect();
    }
  }

  async #reviveServer(revive: () => Promise<string>): Promise<void> {
    this.#pool.options.connectionString = await revive();
  }

  /** True when `error` says that prepared statements do not work here: from now on none are used. */
  #stopPreparing(error: unknown): boolean {
    if (!this.#prepare || !isLostPreparedStatement(error)) return false;
    this.#prepare = false;
    this.#warn('prepared statements got lost, probably in a connection pooler: going on without them');
    return true;
  }
}

/** What the function of a transaction is given: its queries one after another, and none once it has ended. */
class Transaction implements Queryable {
  readonly #queryable: Queryable;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(queryable: Queryable) {
    this.#queryable = queryable;
  }

  query<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#afterTheLast(() => this.#queryable.query<Row>(statement, values));
  }

  script(text: string): Promise<void> {
    return this.#afterTheLast(() => this.#queryable.script(text));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }

  #afterTheLast<T>(run: () => Promise<T>): Promise<T> {
    if (this.#ended) {
      return Promise.reject(new Error('The transaction has ended: await its queries inside its function.'));
    }
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  // COMMIT of a transaction in which a statement failed rolls back without calling that an error.
  if (command === 'ROLLBACK') throw new Error('The transaction was rolled back: a statement in it had failed.');
}

/** Best effort: a connection left in a transaction is closed instead of being used again. */
async function rollback(client: pg.PoolClient): Promise<void> {
  await client.query('rollback').catch(() => undefined);
}

/** A pooler makes up the process id of its connections; the server itself says another. */
async function reachesServerDirectly(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid');
  return 'processID' in client && client.processID === rows[0]?.pid;
}

/** The connection was found broken before the statement was on its way: nothing has happened yet. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && error.message === 'Client has encountered a connection error and is not queryable';
}

/** Worth asking for the server to be brought back; a pool with no free connection or a full server is not. */
function isServerGone(error: unknown): boolean {
  if (!isConnectionLoss(error) || sqlstate(error) === '53300') return false;
  return !(error instanceof Error && error.message === 'timeout exceeded when trying to connect');
}

/** Where the URL leads. The pool reads it when it first connects; here it is read while somebody can still mend it. */
function readTarget(url: string, connection: pg.ClientConfig): string {
  try {
    const { host, port, database } = new pg.Client(connection);
    return `${host}:${port}/${database}`;
  } catch (error) {
    throw new Error(`The database URL ${printableUrl(url)} cannot be read.`, { cause: error });
  }
}
