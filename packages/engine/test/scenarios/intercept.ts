import type { Database, Queryable, SqlValue, Statement } from '../../src/index.ts';

/** What stands between the engine and its database: it runs the statement, or does not, or breaks it. */
export type Interceptor = <T>(statement: Statement, run: () => Promise<T>) => Promise<T>;

/** A database of which every statement goes through `interceptor`; those of scripts have no name. */
export function intercept(db: Database, interceptor: Interceptor): Database {
  const watched = (on: Queryable): Queryable => ({
    query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
      interceptor(statement, () => on.query<Row>(statement, values)),
    script: (text) => interceptor({ text }, () => on.script(text)),
  });
  return {
    ...watched(db),
    kind: db.kind,
    schema: db.schema,
    transaction: (work) => db.transaction((tx) => work(watched(tx))),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}

/** As the driver says it when a connection breaks. */
export function connectionLost(): Error {
  return new Error('Connection terminated unexpectedly');
}

/** As the server says it. */
export function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR' });
}
