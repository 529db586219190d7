import type { Json } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface Annotation {
  readonly name: string;
  readonly value: Json;
  readonly annotatedAt: Date;
}

const ofTask: Statement = {
  name: 'annotations_of_task',
  text: `select a.name, a.value, a.annotated_at as "annotatedAt" from tasker.annotation a
          where a.task_id = $1::uuid order by a.name`,
};

/** What was noted about a task, by name. */
export async function findAnnotations(db: Queryable, taskId: string): Promise<Annotation[]> {
  return db.query<Annotation>(ofTask, [taskId]);
}

export interface TaskAnnotation extends Annotation {
  readonly taskId: string;
}

const ofTasks: Statement = {
  name: 'annotations_of_tasks',
  text: `select a.task_id as "taskId", a.name, a.value, a.annotated_at as "annotatedAt" from tasker.annotation a
          where a.task_id = any($1::uuid[]) order by a.task_id, a.name`,
};

/** What was noted about tasks, by task and name. */
export async function findAnnotationsOfTasks(db: Queryable, taskIds: readonly string[]): Promise<TaskAnnotation[]> {
  return db.query<TaskAnnotation>(ofTasks, [plainArray(taskIds)]);
}

// from one name to the next over the index, however many annotations have each
const names: Statement = {
  name: 'annotation_names',
  text: `with recursive known(name) as (
           (select a.name from tasker.annotation a order by a.name limit 1)
           union all
           select (select a.name from tasker.annotation a where a.name > k.name order by a.name limit 1)
             from known k where k.name is not null)
         select k.name from known k where k.name is not null limit 1000`,
};

/** The names of annotations that there are, in order; the first thousand. */
export async function listAnnotationNames(db: Queryable): Promise<string[]> {
  return (await db.query<{ name: string }>(names)).map(({ name }) => name);
}

export interface AnnotationFilter {
  readonly name: string;
  /** A key that the annotation, an object, must have. */
  readonly key?: string;
  /** What stands under `key`, or, without one, the annotation itself. Compared as JSON: `1` is not `"1"`. */
  readonly value?: Json;
}

export interface AnnotatedPage {
  /** The newest first. */
  readonly taskIds: readonly string[];
  /** `cursor` of the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
}

// `@>` is what the index on values knows; it finds too much (an array contains each of its items), hence the equation
const tasks: Statement = {
  name: 'find_annotated_tasks',
  text: `select a.task_id as id from tasker.annotation a
          where a.name = $1 and ($5::uuid is null or a.task_id < $5::uuid)
            and ($2::text is null or a.value ? $2)
            and ($3::jsonb is null or (a.value @> $3::jsonb
                 and case when $2::text is null then a.value else a.value -> $2 end = $4::jsonb))
          order by a.task_id desc limit $6`,
};

/** Tasks by what was noted about them. */
export async function findAnnotatedTasks(
  db: Queryable,
  { name, key, value }: AnnotationFilter,
  { cursor, limit = 100 }: { readonly cursor?: string | undefined; readonly limit?: number } = {},
): Promise<AnnotatedPage> {
  const wanted = value === undefined ? null : JSON.stringify(value);
  const within = value === undefined ? null : key === undefined ? wanted : JSON.stringify({ [key]: value });
  const rows = await db.query<{ id: string }>(tasks, [name, key ?? null, within, wanted, cursor ?? null, limit + 1]);
  const taskIds = rows.slice(0, limit).map(({ id }) => id);
  return { taskIds, nextCursor: rows.length > limit ? taskIds.at(-1) : undefined };
}
