import type { Database } from '../../src/postgres/database.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { installSettableClock } from '../../src/testing/settable-clock.ts';
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.ts';
import type { TestDatabase } from '../servers/test-database.ts';
import { installJournal } from './journal.ts';

/** A database that many simulations run on, one after the other. */
export interface Substrate {
  readonly db: Database;
  createClock(): SimulatedClock;
  close(): Promise<void>;
}

/** When every simulation begins. */
const beginning = new Date('2030-01-01T00:00:00Z');

export async function prepareSubstrate(database: TestDatabase): Promise<Substrate> {
  await installSettableClock(database.db, beginning);
  await database.db.query({
    text: `select tasker.ensure_partitions(tasker.now() - interval '1 day', tasker.now() + interval '8 days')`,
  });
  await installJournal(database.db);
  return database.db.kind === 'pglite' ? inProcess(database) : onServer(database);
}

/** One connection: statements follow one another, and transactions do not meet. */
function inProcess({ db }: TestDatabase): Substrate {
  return { db, createClock: () => createSimulatedClock({ startAt: beginning }), close: () => Promise.resolve() };
}

/** Many connections: transactions meet, and statements wait for each other's locks. */
async function onServer({ url }: TestDatabase): Promise<Substrate> {
  const db = openPool(url, { maxConnections: 60 });
  const monitor = openPool(url, { maxConnections: 1 });
  // vacuuming at odd moments would move rows about, and with them the order in which they are handed out
  await monitor.script(`
    do $$ declare t regclass; begin
      for t in select c.oid::regclass from pg_class c
                where c.relnamespace = 'tasker'::regnamespace and c.relkind = 'r' loop
        execute format('alter table %s set (autovacuum_enabled = off)', t);
      end loop;
    end $$;`);

  /** Whether all statements under way wait for locks, which only somebody else's next step can release. */
  async function isStuck(inFlight: number): Promise<boolean> {
    const [row] = await monitor.query<{ waiting: number }>({
      text: `select count(*)::int as waiting from pg_stat_activity
              where datname = current_database() and state = 'active' and wait_event_type = 'Lock'`,
    });
    return row?.waiting === inFlight;
  }

  return {
    // notifications arrive when the network pleases: a simulation that is to be repeated does without
    db: { ...bound(db), listen: () => Promise.resolve(() => Promise.resolve()) },
    createClock: () => createSimulatedClock({ startAt: beginning, isStuck }),
    close: async () => {
      await db.close();
      await monitor.close();
    },
  };
}

function bound(db: Database): Database {
  return {
    kind: db.kind,
    schema: db.schema,
    query: (statement, values) => db.query(statement, values),
    script: (text) => db.script(text),
    transaction: (work) => db.transaction(work),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}
