import type { Queryable, Statement } from '../postgres/database.ts';

const statement: Statement = {
  text: `select tasker.ensure_partitions(tasker.now() - interval '1 day', tasker.now() + interval '8 days') as made`,
};

/** Makes room in history for now and the week to come; returns how many tables it made. */
export async function ensurePartitions(db: Queryable): Promise<number> {
  const [row] = await db.query<{ made: number }>(statement);
  return row?.made ?? 0;
}
