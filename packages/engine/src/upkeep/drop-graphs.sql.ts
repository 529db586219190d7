import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

// Those that a submission is about to use are locked by it. A young one may belong to a task that is about to be written.
const lockUnused: Statement = {
  text: `select r.id from tasker.revision r
          where r.derived_from is not null and r.id > $1 and r.created_at < tasker.now() - interval '1 hour'
            and not exists (select 1 from tasker.task t where t.revision_id = r.id)
          order by r.id limit 100 for update skip locked`,
};

// A statement of its own: a task that was written before the lock was granted is seen only now.
const dropUnused: Statement = {
  text: `with unused as materialized (
           select x.id from unnest($1::int[]) x(id)
            where not exists (select 1 from tasker.task t where t.revision_id = x.id)),
         steps as (delete from tasker.revision_step s using unused u where s.revision_id = u.id),
         edges as (delete from tasker.revision_edge e using unused u where e.revision_id = u.id),
         gone as (delete from tasker.revision r using unused u where r.id = u.id returning r.id)
         select id from gone`,
};

/**
 * Drops graphs that were made for tasks which are there no more, up to a hundred, in a transaction of the caller's.
 *
 * @param after only those with higher ids than this
 * @returns where to go on; undefined when there is nothing more
 */
export async function dropUnusedGraphs(tx: Queryable, after: number): Promise<number | undefined> {
  const unused = (await tx.query<{ id: number }>(lockUnused, [after])).map(({ id }) => id);
  if (unused.length > 0) await tx.query(dropUnused, [plainArray(unused)]);
  return unused.length < 100 ? undefined : unused.at(-1);
}
