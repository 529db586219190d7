import type { Queryable, Statement } from '../postgres/database.ts';

const upsert: Statement = {
  name: 'write_annotation',
  text: `insert into tasker.annotation (task_id, name, value, annotated_at)
         select t.id, $2, $3::jsonb, tasker.now() from tasker.task t where t.id = $1::uuid
         on conflict (task_id, name) do update set value = excluded.value, annotated_at = excluded.annotated_at
         returning true as written`,
};

/**
 * Writes an annotation in the place of the one of its name.
 *
 * @param value JSON text
 * @returns false when there is no such task
 */
export async function writeAnnotation(db: Queryable, taskId: string, name: string, value: string): Promise<boolean> {
  const rows = await db.query<{ written: boolean }>(upsert, [taskId, name, value]);
  return rows.length > 0;
}
