import { onTestFinished } from 'vitest';
import type { Database } from '../../../src/postgres/database.ts';
import { openPool } from '../../../src/postgres/pool.ts';

/** An eye on the locks of a database, on a connection of its own. */
export interface LockWatch {
  /** Resolves when so many statements wait for a lock. */
  untilWaiting(statements: number): Promise<void>;
  /**
   * A place at which statements stop, in the middle of what they do, until they are let through: a trigger that wants
   * a lock which the watch holds.
   *
   * @param moment for example `after insert on tasker.attempt`
   */
  barrier(db: Database, moment: string): Promise<Barrier>;
}

/** Closed in the beginning. */
export interface Barrier {
  close(): Promise<void>;
  open(): Promise<void>;
}

/** Any number that nobody else locks. */
const lock = 4_711;

/** For the test that is running. */
export function watchLocks(url: string): LockWatch {
  const keeper = openPool(url, { maxConnections: 1 });
  onTestFinished(() => keeper.close());
  const close = async () => void (await keeper.query({ text: `select pg_advisory_lock(${lock})` }));
  const open = async () => void (await keeper.query({ text: `select pg_advisory_unlock(${lock})` }));
  return {
    async untilWaiting(statements) {
      while ((await countWaiting(keeper)) !== statements);
    },
    async barrier(db, moment) {
      await db.script(`
        create function tasker.pass_barrier() returns trigger language plpgsql as $$
        begin
          perform pg_advisory_xact_lock_shared(${lock});
          return new;
        end
        $$;
        create trigger barrier ${moment} for each row execute function tasker.pass_barrier();
      `);
      await close();
      return { close, open };
    },
  };
}

async function countWaiting(keeper: Database): Promise<number | undefined> {
  const [row] = await keeper.query<{ waiting: number }>({
    text: `select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and state = 'active' and wait_event_type = 'Lock'`,
  });
  return row?.waiting;
}
