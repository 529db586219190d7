import { plainArray } from '../../postgres/array-literal.ts';
import type { Queryable, Statement } from '../../postgres/database.ts';

const hold: Statement = {
  name: 'hold_revisions',
  text: 'select id from tasker.revision where id = any($1::int[]) order by id for key share',
};

/**
 * Keeps own graphs from being dropped until the transaction ends, so that they are there as long as the tasks that are
 * written in it.
 *
 * @returns those that are gone already
 */
export async function holdRevisions(tx: Queryable, revisionIds: readonly number[]): Promise<number[]> {
  const wanted = [...new Set(revisionIds)];
  if (wanted.length === 0) return [];
  const held = new Set((await tx.query<{ id: number }>(hold, [plainArray(wanted)])).map(({ id }) => id));
  return wanted.filter((id) => !held.has(id));
}
