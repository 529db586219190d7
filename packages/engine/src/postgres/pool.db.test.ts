import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { databases, type TestDatabaseKind } from '../../test/servers/databases.ts';
import { startProxy, throughPort } from '../../test/servers/proxy.ts';
import { startTransactionPooler } from '../../test/servers/transaction-pooler.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPool, type PoolOptions } from './pool.ts';
import { isConnectionLoss, sqlstate } from './sqlstate.ts';

const one = { name: 'one', text: 'select 1 as one' };
const whoAmI = { text: 'select pg_backend_pid() as pid' };

// A promise that nobody handles ends the process in production; here it fails the test that caused it.
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

function open(url: string, options: PoolOptions = {}): Database & { warnings: string[] } {
  const warnings: string[] = [];
  const db = openPool(url, { onWarning: (message) => warnings.push(message), ...options });
  onTestFinished(() => db.close());
  return Object.assign(db, { warnings });
}

function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.for(databases.filter(({ concurrent }) => concurrent))('on $name', (kind) => {
  onServer(kind);
});

function onServer(kind: TestDatabaseKind): void {
  const freshUrl = async () => (await kind.fresh({ empty: true })).url;

  const throughProxy = async (options?: PoolOptions) => {
    const url = await freshUrl();
    const proxy = await startProxy(url);
    onTestFinished(() => proxy.close());
    return { proxy, url, db: open(throughPort(url, proxy.port), options) };
  };

  const prepared = (db: Database) => db.query<{ name: string }>({ text: 'select name from pg_prepared_statements' });

  describe('connections', () => {
    it('are named tasker and hold no settings of their own', async () => {
      const db = open(await freshUrl());
      expect(await db.query({ text: `select current_setting('application_name') as name` })).toEqual([
        { name: 'tasker' },
      ]);
      const changed = await db.query({ text: `select name from pg_settings where source = 'session'` });
      expect(changed).toEqual([]);
    });

    it("read columns their own way, whatever a program has done to the driver's parsers", async () => {
      pg.types.setTypeParser(pg.types.builtins.INT8, () => 'hijacked');
      onTestFinished(() => pg.types.setTypeParser(pg.types.builtins.INT8, (text) => text));
      expect(await open(await freshUrl()).query({ text: 'select 1::int8 as one' })).toEqual([{ one: 1 }]);
    });

    it('outlive a statement that fails, because making one costs more', async () => {
      const db = open(await freshUrl(), { maxConnections: 1 });
      const before = await db.query(whoAmI);
      expect(sqlstate(await errorOf(db.query({ text: 'select 1/0' })))).toBe('22012');
      await errorOf(db.transaction((tx) => tx.query({ text: 'select 1/0' })));
      await errorOf(db.script('begin; select 1/0'));
      expect(await db.query(whoAmI)).toEqual(before);
    });

    it('that are all busy make the next one wait, and give up in time', async () => {
      const db = open(await freshUrl(), { maxConnections: 1, connectTimeoutMs: 100 });
      await db.transaction(async () => {
        expect(isConnectionLoss(await errorOf(db.query(one)))).toBe(true);
      });
      expect(await db.query(one)).toEqual([{ one: 1 }]);
    });

    it('are closed once, after what is under way', async () => {
      const db = open(await freshUrl());
      const underWay = db.query({ text: 'select pg_sleep(0.05), 1 as one' });
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([db.close(), db.close()]);
      expect(await underWay).toMatchObject([{ one: 1 }]);
      await expect(db.query(one)).rejects.toThrow(/after calling end/);
    });

    it('serve statements in another schema when one is configured', async () => {
      const db = open(await freshUrl(), { schema: 'elsewhere' });
      await db.script('create schema tasker; create table tasker.note (text text)');
      await db.transaction((tx) => tx.script(`insert into tasker.note values ('here')`));
      expect(await db.query({ name: 'notes', text: 'select text from tasker.note' })).toEqual([{ text: 'here' }]);
      expect(
        await db.query({
          text: `select to_regnamespace('tasker') as none, to_regclass('elsewhere.note')::text as some`,
        }),
      ).toEqual([{ none: null, some: 'elsewhere.note' }]);
    });
  });

  describe('prepared statements', () => {
    it('are prepared once per connection, by name', async () => {
      const db = open(await freshUrl(), { maxConnections: 1 });
      await db.query(one);
      await db.query(one);
      await db.query({ text: 'select 2' });
      expect(await prepared(db)).toEqual([{ name: 'one' }]);
    });

    it('are left out when the option or the URL says so', async () => {
      const url = await freshUrl();
      for (const db of [
        open(url, { maxConnections: 1, prepare: false }),
        open(`${url}?prepare=false`, { maxConnections: 1 }),
        open(`${url}?pgbouncer=true`, { maxConnections: 1 }),
      ]) {
        expect(await db.query(one)).toEqual([{ one: 1 }]);
        expect(await prepared(db)).toEqual([]);
      }
    });

    it('that the server has lost are given up, and the statement runs all the same', async () => {
      const db = open(await freshUrl(), { maxConnections: 1 });
      await db.query(one);
      await db.query({ text: 'deallocate all' });
      expect(await db.query(one)).toEqual([{ one: 1 }]);
      expect(await db.query(one)).toEqual([{ one: 1 }]);
      expect(await prepared(db)).toEqual([]);
      expect(db.warnings).toEqual([expect.stringMatching(/prepared statements got lost/)]);
    });

    it('whose name is taken by somebody else are given up as well', async () => {
      const db = open(await freshUrl(), { maxConnections: 1 });
      await db.query({ text: 'prepare one as select 2' });
      expect(await db.query(one)).toEqual([{ one: 1 }]);
      expect(db.warnings).toHaveLength(1);
    });

    it('lost inside a transaction fail it, and the next attempt does without', async () => {
      const db = open(await freshUrl(), { maxConnections: 1 });
      await db.query(one);
      await db.query({ text: 'deallocate all' });
      expect(sqlstate(await errorOf(db.transaction((tx) => tx.query(one))))).toBe('26000');
      expect(await db.transaction((tx) => tx.query(one))).toEqual([{ one: 1 }]);
    });
  });

  describe('behind a pooler that lends connections by transaction', () => {
    const throughPooler = async (options?: PoolOptions) => {
      const url = await freshUrl();
      const pooler = await startTransactionPooler(url);
      const db = open(throughPort(url, pooler.port), options);
      onTestFinished(async () => {
        await db.close();
        await pooler.close();
      });
      return db;
    };

    it('the pooler is noticed, and nothing is prepared', async () => {
      const db = await throughPooler();
      for (let i = 0; i < 6; i++) expect(await db.query(one)).toEqual([{ one: 1 }]);
      for (let i = 0; i < 3; i++) expect(await prepared(db)).toEqual([]);
      expect(db.warnings).toEqual([]);
    });

    it('statements prepared against better knowledge are given up after the first loss', async () => {
      const db = await throughPooler({ prepare: true });
      for (let i = 0; i < 6; i++) expect(await db.query(one)).toEqual([{ one: 1 }]);
      expect(db.warnings).toHaveLength(1);
    });

    it('transactions hold together, many at a time', async () => {
      const db = await throughPooler({ maxConnections: 8 });
      await db.script('create table note (id int, part int)');
      const write = (id: number) =>
        db.transaction(async (tx) => {
          await tx.query({ name: 'write', text: 'insert into note values ($1, 1)' }, [id]);
          const [seen] = await tx.query<{ count: number }>({ text: 'select count(*) from note where id = $1' }, [id]);
          await tx.query({ name: 'write', text: 'insert into note values ($1, 1)' }, [id]);
          if (id % 2 === 0) throw new Error('no');
          return seen?.count;
        });
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, id) => write(id)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect(await db.query({ text: 'select count(*) from note' })).toEqual([{ count: 20 }]);
    });

    it('migrations run', async () => {
      const db = await throughPooler();
      const second = open((await kind.fresh({ empty: true })).url);
      expect(await Promise.all([migrate(db), migrate(second)])).toEqual([expect.any(Array), expect.any(Array)]);
      expect(await migrate(db)).toEqual([]);
    });

    it.for([undefined, true, false])(
      'listening does no harm: it says once that it is off (prepare: %s)',
      async (prepare) => {
        const db = await throughPooler(prepare === undefined ? {} : { prepare });
        const stop = await db.listen('news', () => undefined);
        await db.listen('more', () => undefined);
        await stop();
        expect(db.warnings).toEqual([expect.stringMatching(/notifications are off/)]);
        expect(await db.query({ text: 'select pg_listening_channels() as channel' })).toEqual([]);
      },
    );
  });

  describe('when connections break', () => {
    it('what is under way fails as a lost connection, and the next statement works', async () => {
      const { db, proxy } = await throughProxy();
      const inFlight = errorOf(db.query({ text: 'select pg_sleep(30)' }));
      await vi.waitFor(async () => expect(await db.query(one)).toEqual([{ one: 1 }]));
      proxy.cut();
      expect(isConnectionLoss(await inFlight)).toBe(true);
      // The idle connection broke as well, and the next statement may be the one to find out.
      await vi.waitFor(async () => expect(await db.query(one)).toEqual([{ one: 1 }]));
    });

    it('idle ones are replaced without anybody noticing', async () => {
      const { db, proxy } = await throughProxy();
      await Promise.all([db.query(one), db.query(one), db.query(one)]);
      proxy.cut();
      await vi.waitFor(() => expect(db.warnings.length).toBeGreaterThan(0));
      expect(await Promise.all([db.query(one), db.query(one), db.query(one)])).toEqual([
        [{ one: 1 }],
        [{ one: 1 }],
        [{ one: 1 }],
      ]);
    });

    it('a transaction fails as a lost connection and nothing of it stays', async () => {
      const { db, proxy } = await throughProxy();
      await db.script('create table note (id int)');
      const failing = db.transaction(async (tx) => {
        await tx.query({ text: 'insert into note values (1)' });
        proxy.cut();
        await tx.query({ text: 'insert into note values (2)' });
      });
      expect(isConnectionLoss(await errorOf(failing))).toBe(true);
      const idleCut = db.transaction(async (tx) => {
        await tx.query({ text: 'insert into note values (3)' });
        proxy.cut();
        // Nothing is under way while the connection breaks: the error must come up at the commit.
        await new Promise((resolve) => setTimeout(resolve, 20));
      });
      expect(isConnectionLoss(await errorOf(idleCut))).toBe(true);
      expect(await db.query({ text: 'select id from note' })).toEqual([]);
    });

    it('one whose other end is gone without a word is given up in time', async () => {
      const { db, proxy } = await throughProxy({ maxConnections: 1, queryTimeoutMs: 1_000, connectTimeoutMs: 1_000 });
      await db.query(one);
      proxy.hold(true);
      expect(isConnectionLoss(await errorOf(db.query(one)))).toBe(true);
      expect(isConnectionLoss(await errorOf(db.query(one)))).toBe(true);
      proxy.hold(false);
      expect(await db.query(one)).toEqual([{ one: 1 }]);
    });

    it('a server that comes back is found again', async () => {
      const { db, proxy } = await throughProxy();
      proxy.refuse(true);
      expect(isConnectionLoss(await errorOf(db.query(one)))).toBe(true);
      proxy.refuse(false);
      expect(await db.query(one)).toEqual([{ one: 1 }]);
    });

    it('a server that ends the connection from its side says so', async () => {
      const url = await freshUrl();
      const db = open(url);
      const killer = open(url);
      const error = await errorOf(
        db.transaction(async (tx) => {
          const [me] = await tx.query<{ pid: number }>(whoAmI);
          await killer.query({ text: 'select pg_terminate_backend($1)' }, [me?.pid ?? 0]);
          await tx.query(one);
        }),
      );
      expect(isConnectionLoss(error)).toBe(true);
      expect(await db.query(one)).toEqual([{ one: 1 }]);
    });

    it('closing works while the server is away', async () => {
      const { db, proxy } = await throughProxy();
      await db.listen('news', () => undefined);
      await db.query(one);
      proxy.refuse(true);
      proxy.cut();
      expect(await errorOf(db.close())).toBeUndefined();
    });
  });

  describe('listening', () => {
    const hear = () => {
      const heard: string[] = [];
      return { heard, onMessage: (payload: string) => void heard.push(payload) };
    };

    it('goes on after the connection broke, with an empty message for those that may be lost', async () => {
      const { db, proxy, url } = await throughProxy();
      const sender = open(url);
      const { heard, onMessage } = hear();
      await db.listen('news', onMessage);
      await sender.query({ text: `select pg_notify('news', 'before')` });
      await vi.waitFor(() => expect(heard).toEqual(['before']));
      proxy.cut();
      await vi.waitFor(() => expect(heard).toEqual(['before', '']));
      await sender.query({ text: `select pg_notify('news', 'after')` });
      await vi.waitFor(() => expect(heard).toEqual(['before', '', 'after']));
      expect(db.warnings.filter((warning) => warning.includes('notifications'))).toHaveLength(1);
    });

    it('begins when the server can be reached, and does not make its caller wait for that', async () => {
      const { db, proxy, url } = await throughProxy();
      const { heard, onMessage } = hear();
      proxy.refuse(true);
      await db.listen('news', onMessage);
      await db.listen('more', onMessage);
      proxy.refuse(false);
      await vi.waitFor(() => expect(heard).toEqual(['', '']), { timeout: 5_000 });
      await open(url).query({ text: `select pg_notify('more', 'at last')` });
      await vi.waitFor(() => expect(heard).toEqual(['', '', 'at last']));
    });

    it('needs no prepared statements', async () => {
      const url = await freshUrl();
      const db = open(`${url}?prepare=false`);
      const { heard, onMessage } = hear();
      await db.listen('news', onMessage);
      await db.query({ text: `select pg_notify('news', 'heard')` });
      await vi.waitFor(() => expect(heard).toEqual(['heard']));
      expect(db.warnings).toEqual([]);
    });

    it('needs one connection for all channels, and none when nobody listens any more', async () => {
      const url = await freshUrl();
      const db = open(url, { maxConnections: 1 });
      const listeners = async () => {
        const rows = await db.query({
          text: `select query from pg_stat_activity where query ~ '^(un)?listen' and datname = current_database()`,
        });
        return rows.length;
      };
      const stops = await Promise.all(['a', 'b', 'b'].map((channel) => db.listen(channel, () => undefined)));
      expect(await listeners()).toBe(1);
      await stops[0]?.();
      await stops[1]?.();
      expect(await listeners()).toBe(1);
      await stops[2]?.();
      await vi.waitFor(async () => expect(await listeners()).toBe(0));
    });
  });
}

describe('a URL', () => {
  it('that cannot be read is refused without showing its password', () => {
    expect(() => openPool('postgres://user:secret@host:port/db')).toThrow(
      'postgres://user@host:port/db cannot be read',
    );
    expect(() => openPool('postgres://user:secret@host:port/db')).not.toThrow(/secret/);
  });

  it('where nobody answers gives a lost connection, in time', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const db = open(`postgres://user@127.0.0.1:${port}/db`, { connectTimeoutMs: 100 });
    expect(isConnectionLoss(await errorOf(db.query(one)))).toBe(true);
    await db.close();
    silent.close();
    expect(isConnectionLoss(await errorOf(open(`postgres://user@127.0.0.1:${port}/db`).query(one)))).toBe(true);
  });
});
