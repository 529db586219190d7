import { InvalidRequest } from '../errors.ts';
import { storableText } from '../json/serialise.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** An object of an outside system, by the id that it has there. */
export interface SystemObject {
  /** Up to 64 characters. */
  readonly system: string;
  /** Up to 128 characters. */
  readonly id: string;
}

const insert: Statement = {
  name: 'map_objects',
  text: `insert into tasker.object_map (system_one, id_one, system_two, id_two, mapped_at)
         select (least(x.a, x.b))[1], (least(x.a, x.b))[2], (greatest(x.a, x.b))[1], (greatest(x.a, x.b))[2], tasker.now()
           from (select array[$1::text collate "C", $2::text] as a, array[$3::text collate "C", $4::text] as b) x
         on conflict do nothing
         returning true as mapped`,
};

/**
 * Says that two objects stand for the same thing; in whichever order and however often it is said, it is known once.
 *
 * @returns whether it is news
 * @throws {InvalidRequest}
 */
export async function mapObjects(db: Queryable, one: SystemObject, other: SystemObject): Promise<boolean> {
  checkObject(one);
  checkObject(other);
  if (one.system === other.system && one.id === other.id) {
    throw new InvalidRequest('id', 'must not be that of the same object on both sides');
  }
  const rows = await db.query<{ mapped: boolean }>(insert, [one.system, one.id, other.system, other.id]);
  return rows.length > 0;
}

const find: Statement = {
  name: 'find_mapped_objects',
  text: `select m.system_two as system, m.id_two as id from tasker.object_map m where m.system_one = $1 and m.id_one = $2
         union all
         select m.system_one, m.id_one from tasker.object_map m where m.system_two = $1 and m.id_two = $2
         order by 1, 2`,
};

/** The objects that an object was mapped to, by system and id; not those that only they were mapped to. */
export async function findMappedObjects(db: Queryable, { system, id }: SystemObject): Promise<SystemObject[]> {
  return db.query<SystemObject>(find, [system, id]);
}

function checkObject({ system, id }: SystemObject): void {
  checkText('system', system, 64);
  checkText('id', id, 128);
}

function checkText(field: string, text: string, longest: number): void {
  if (text.length >= 1 && text.length <= longest && storableText(text) === text) return;
  throw new InvalidRequest(field, `must have 1 to ${longest} characters that PostgreSQL can store`);
}
