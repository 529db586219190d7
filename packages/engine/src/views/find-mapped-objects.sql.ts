import type { Queryable, Statement } from '../postgres/database.ts';

/** An object of an outside system, by the id that it has there. */
export interface MappedObject {
  readonly system: string;
  readonly id: string;
}

const find: Statement = {
  name: 'find_mapped_objects',
  text: `select m.system_two as system, m.id_two as id from tasker.object_map m where m.system_one = $1 and m.id_one = $2
         union all
         select m.system_one, m.id_one from tasker.object_map m where m.system_two = $1 and m.id_two = $2
         order by 1, 2`,
};

/** The objects that an object was mapped to, by system and id; not those that only they were mapped to. */
export async function findMappedObjects(db: Queryable, { system, id }: MappedObject): Promise<MappedObject[]> {
  return db.query<MappedObject>(find, [system, id]);
}
