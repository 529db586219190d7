import type { Queryable, Statement } from '../postgres/database.ts';

const insert: Statement = {
  name: 'map_objects',
  text: `insert into tasker.object_map (system_one, id_one, system_two, id_two, mapped_at)
         select (least(x.a, x.b))[1], (least(x.a, x.b))[2], (greatest(x.a, x.b))[1], (greatest(x.a, x.b))[2], tasker.now()
           from (select array[$1::text collate "C", $2::text] as a, array[$3::text collate "C", $4::text] as b) x
         on conflict do nothing
         returning true as mapped`,
};

/** @returns false when it was there before, whichever way round it was told */
export async function insertMapping(
  db: Queryable,
  [system, id]: readonly [string, string],
  [otherSystem, otherId]: readonly [string, string],
): Promise<boolean> {
  const rows = await db.query<{ mapped: boolean }>(insert, [system, id, otherSystem, otherId]);
  return rows.length > 0;
}
