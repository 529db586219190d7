import type { Database, Queryable, SqlValue, Statement } from '../index.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/**
 * Makes `tasker.now()`, from which all of the engine's SQL takes the time, a clock that tests set. For good: only for
 * databases that are made for tests.
 *
 * The clock is a sequence, because that is a table of one row which every transaction sees change at once, and which
 * no rollback takes back. It counts microseconds since 1970.
 */
export async function installSettableClock(db: Queryable, at: Date): Promise<void> {
  await db.script(`
    create sequence if not exists tasker.settable_clock as bigint;
    create or replace function tasker.now() returns timestamptz language sql volatile as $$
      select timestamptz 'epoch' + last_value * interval '1 microsecond' from tasker.settable_clock
    $$;
  `);
  await setDatabaseTime(db, at);
}

/** Sets the clock of {@link installSettableClock}; it stands there until it is set again. */
export async function setDatabaseTime(db: Queryable, at: Date): Promise<void> {
  await setMicroseconds(db, at.getTime() * 1000);
}

/** Where the clock of {@link installSettableClock} stands; undefined when there is none. */
export async function readDatabaseTime(db: Queryable): Promise<Date | undefined> {
  const [found] = await db.query<{ exists: boolean }>({
    text: `select to_regclass('tasker.settable_clock') is not null as exists`,
  });
  if (!found?.exists) return undefined;
  const [clock] = await db.query<{ time: number }>({ text: 'select last_value as time from tasker.settable_clock' });
  return clock === undefined ? undefined : new Date(clock.time / 1000);
}

export interface DatabaseInStep extends Database {
  /** What the database's clock was set to last, in microseconds since 1970. */
  readonly time: number;
}

/**
 * A database whose settable clock goes with a simulated one, and for whose statements that one stands still. Each
 * statement has a time of its own, later than that of the one before by a microsecond at least, as in real life.
 */
export function databaseInStep(db: Database, clock: SimulatedClock): DatabaseInStep {
  let time = 0;

  async function tick(on: Queryable): Promise<void> {
    time = Math.max(time + 1, Math.round(clock.now() * 1000));
    await setMicroseconds(on, time);
  }

  async function during<T>(work: () => Promise<T>): Promise<T> {
    const goOn = clock.standStill();
    try {
      return await work();
    } finally {
      goOn();
    }
  }

  function inStep(on: Queryable): Queryable {
    let mayTick = true;
    const before = async (text: string) => {
      // no clock can be set where nothing is written, and what begins a transaction has to come first in it
      if (/^\s*set transaction\b.*\bread only\b/is.test(text)) mayTick = false;
      if (mayTick) await tick(on);
    };
    return {
      query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
        during(async () => {
          await before(statement.text);
          return on.query<Row>(statement, values);
        }),
      script: (text) =>
        during(async () => {
          await before(text);
          return on.script(text);
        }),
    };
  }

  /** Its beginning, its statements and its end are real work; in between it may wait for time. */
  async function transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    let goOn = clock.standStill();
    try {
      return await db.transaction(async (tx) => {
        goOn();
        const underWay = followed(inStep(tx));
        try {
          return await work(underWay.queryable);
        } finally {
          // who gave up on a statement does not end it: until then the transaction has not come to its end
          await underWay.last();
          goOn = clock.standStill();
        }
      });
    } finally {
      goOn();
    }
  }

  return {
    ...inStep(db),
    kind: db.kind,
    schema: db.schema,
    get time() {
      return time;
    },
    transaction,
    listen: (channel, onMessage) => during(() => db.listen(channel, onMessage)),
    close: () => db.close(),
  };
}

/** Queries of which the last can be waited for. */
function followed(on: Queryable): { readonly queryable: Queryable; last(): Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve();
  const follow = <T>(statement: Promise<T>): Promise<T> => {
    last = statement.catch(() => undefined);
    return statement;
  };
  return {
    queryable: {
      query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
        follow(on.query<Row>(statement, values)),
      script: (text) => follow(on.script(text)),
    },
    last: () => last,
  };
}

/** A script: on PGlite that takes a third of the time. */
function setMicroseconds(db: Queryable, time: number): Promise<void> {
  return db.script(`select setval('tasker.settable_clock', ${Math.round(time)})`);
}
