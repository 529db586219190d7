import type { Queryable, Statement } from '../postgres/database.ts';

const statement: Statement = { text: `select extract(epoch from tasker.now())::float8 * 1000 as ms` };

/** The database's clock, milliseconds since 1970. */
export async function readDatabaseTime(db: Queryable): Promise<number> {
  const [row] = await db.query<{ ms: number }>(statement);
  if (row === undefined) throw new Error('the database does not know the time');
  return row.ms;
}
