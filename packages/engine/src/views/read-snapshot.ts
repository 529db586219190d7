import type { Database, Queryable } from '../postgres/database.ts';

/** Runs queries that must agree with each other: all of them see the database as it was at the first. */
export async function readSnapshot<T>(db: Database, read: (tx: Queryable) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
    return read(tx);
  });
}
