import type { Database } from '../../src/postgres/database.ts';
import { openPool } from '../../src/postgres/pool.ts';
import { installSettableClock } from '../../src/testing/settable-clock.ts';
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.ts';
import type { TestDatabase } from '../servers/test-database.ts';
import { statementsInTurn } from './in-turn.ts';
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

  /**
   * Whether all statements under way wait for locks, which only somebody else's next step can release. Whoever
   * releases a lock grants it to the next in line in the same moment; that one wakes up when it pleases.
   */
  async function isStuck(inFlight: number): Promise<boolean> {
    const [row] = await monitor.query<{ waiting: number }>({
      text: `select count(distinct l.pid)::int as waiting from pg_locks l join pg_stat_activity a using (pid)
              where not l.granted and a.datname = current_database()`,
    });
    return row?.waiting === inFlight;
  }

  return {
    // notifications arrive when the network pleases: a simulation that is to be repeated does without
    db: { ...statementsInTurn(db, isStuck), listen: () => Promise.resolve(() => Promise.resolve()) },
    createClock: () => createSimulatedClock({ startAt: beginning, isStuck }),
    close: async () => {
      await db.close();
      await monitor.close();
    },
  };
}
