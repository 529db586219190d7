import type { Queryable, Statement } from '../postgres/database.ts';
import { hasTemplate, type TaskFilter } from './task-search.ts';

// Of a week it is written down which values many of its tasks have, and everything else that these tasks have besides
// them. So where a value is known of a week and the pair is not, no task has both.
const statement: Statement = {
  name: 'weeks_apart',
  text: `with common as materialized (
           select c.one, c.week from tasker.together c where c.one in ($1, $2) and c.other = ''),
         template as materialized (
           select 'template ' || m.id as value
             from tasker.template m
             join tasker.namespace n on n.id = m.namespace_id
            where $3 and ($4::text is null or n.name = $4) and ($5::text is null or m.name = $5)
              and ($6::text is null or m.version = $6)),
         apart as (
           select c.week from common c
            where $3 and not exists (select 1 from template v
                                       join tasker.together x on x.one = c.one and x.other = v.value and x.week = c.week)
            union
           select c.week from common c join common d on d.week = c.week
            where c.one = $2 and d.one = $1
              and not exists (select 1 from tasker.together x where x.one = $2 and x.other = $1 and x.week = c.week))
         select extract(epoch from a.week)::float8 * 1000 as "startMs" from apart a order by a.week`,
};

/** When weeks of history begin in which no task has two of the filters at once, in order; empty: unknown, or none. */
export async function weeksApart(db: Queryable, filter: TaskFilter): Promise<number[]> {
  const { initiator, tag, namespace = null, name = null, version = null } = filter;
  const known = [initiator !== undefined, tag !== undefined, hasTemplate(filter)].filter(Boolean).length;
  if (known < 2) return [];
  const weeks = await db.query<{ startMs: number }>(statement, [
    initiator === undefined ? null : `initiator ${initiator}`,
    tag === undefined ? null : `tag ${tag}`,
    hasTemplate(filter),
    namespace,
    name,
    version,
  ]);
  return weeks.map(({ startMs }) => startMs);
}
