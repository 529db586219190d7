import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

const ahead: Statement = {
  text: `select tasker.ensure_partitions(tasker.now() - interval '1 day', tasker.now() + interval '8 days') as made`,
};

/** Makes room in history for now and the week to come; returns how many tables it made. */
export async function ensurePartitions(db: Queryable): Promise<number> {
  const [row] = await db.query<{ made: number }>(ahead);
  return row?.made ?? 0;
}

const at: Statement = {
  text: `select tasker.ensure_partitions(to_timestamp(x.ms / 1000), to_timestamp(x.ms / 1000))
           from unnest($1::float8[]) x(ms)`,
};

/** Makes room in history for moments, in milliseconds since 1970, wherever they are. */
export async function ensurePartitionsAt(db: Queryable, moments: readonly number[]): Promise<void> {
  const weeks = new Set(moments.map((moment) => Math.floor(moment / weekMs) * weekMs));
  await db.query(at, [plainArray([...weeks])]);
}

const weekMs = 7 * 86_400_000;
