import { plainArray, textArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface NewAnnotation {
  readonly taskId: string;
  readonly name: string;
  /** JSON text. */
  readonly value: string;
}

const upsert: Statement = {
  name: 'write_annotations',
  text: `insert into tasker.annotation (task_id, name, value, annotated_at)
         select t.id, x.name, x.value, tasker.now()
           from unnest($1::uuid[], $2::text[], $3::jsonb[]) x(task, name, value)
           join tasker.task t on t.id = x.task
          order by 1, 2
         on conflict (task_id, name) do update set value = excluded.value, annotated_at = excluded.annotated_at
         returning task_id`,
};

/** Writes annotations, each in the place of the one of its name; returns how many: tasks that do not exist have none. */
export async function writeAnnotations(db: Queryable, annotations: readonly NewAnnotation[]): Promise<number> {
  const rows = await db.query(upsert, [
    plainArray(annotations.map(({ taskId }) => taskId)),
    textArray(annotations.map(({ name }) => name)),
    textArray(annotations.map(({ value }) => value)),
  ]);
  return rows.length;
}
