import type { Database, Queryable } from '@tasker/engine';

/** The same database, which counts what is asked of it: in all, or by the name of the statement. */
export function counting(db: Database) {
  const asked: (string | undefined)[] = [];
  const queries = (of: Queryable): Queryable => ({
    query: (statement, values) => {
      asked.push(statement.name);
      return of.query(statement, values);
    },
    script: (text) => of.script(text),
  });
  const counted: Database = {
    ...queries(db),
    kind: db.kind,
    schema: db.schema,
    transaction: (work) => db.transaction((tx) => work(queries(tx))),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
  const statements = (named?: string) =>
    named === undefined ? asked.length : asked.filter((name) => name === named).length;
  return { counted, statements };
}
