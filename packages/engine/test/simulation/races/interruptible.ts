import type { Database, Queryable, Statement } from '../../../src/postgres/database.ts';

/** A database whose transactions a test can stop between two statements. */
export interface Interruptible {
  readonly db: Database;
  /** Stops the next statement of that name before it is sent. */
  stopBefore(statementName: string): Stop;
}

export interface Stop {
  /** Resolves when the statement is about to be sent. */
  readonly reached: Promise<void>;
  goOn(): void;
}

export function interruptible(db: Database): Interruptible {
  const stops = new Map<string, () => Promise<void>>();

  async function pass({ name }: Statement): Promise<void> {
    const stop = name === undefined ? undefined : stops.get(name);
    if (name === undefined || stop === undefined) return;
    stops.delete(name);
    await stop();
  }

  const stoppable = (on: Queryable): Queryable => ({
    query: async (statement, values) => {
      await pass(statement);
      return on.query(statement, values);
    },
    script: (text) => on.script(text),
  });

  return {
    db: {
      ...stoppable(db),
      kind: db.kind,
      schema: db.schema,
      transaction: (work) => db.transaction((tx) => work(stoppable(tx))),
      listen: (channel, onMessage) => db.listen(channel, onMessage),
      close: () => db.close(),
    },
    stopBefore(statementName) {
      const reached = signal();
      const released = signal();
      stops.set(statementName, () => {
        reached.give();
        return released.given;
      });
      return { reached: reached.given, goOn: released.give };
    },
  };
}

/** Something that is given once and waited for. */
export function signal(): { readonly given: Promise<void>; give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
