import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface TaskRow {
  readonly id: string;
  readonly revision_id: number;
  readonly priority: number;
  readonly correlation_id: string | null;
  readonly traceparent: string | null;
  readonly context: string;
}

const tasks: Statement = {
  name: 'fetch_tasks',
  text: `select id, revision_id, priority, correlation_id, traceparent, context::text as context
           from tasker.task where id = any($1::uuid[])`,
};

/** Tasks of which a worker was handed a step and knows nothing yet. */
export async function fetchTasks(db: Queryable, taskIds: readonly string[]): Promise<TaskRow[]> {
  return db.query<TaskRow>(tasks, [plainArray(taskIds)]);
}

export interface ResultRow {
  readonly task_id: string;
  readonly step: number;
  readonly result: string;
}

const results: Statement = {
  name: 'fetch_results',
  text: `select x.task_id, x.step, r.result::text as result
           from unnest($1::uuid[], $2::int[]) x(task_id, step)
          cross join lateral (
            select coalesce(
              (select c.result from tasker.action c
                where c.task_id = x.task_id and c.step = x.step and c.kind = 'resolve' order by c.id desc limit 1),
              (select a.result from tasker.attempt a
                where a.task_id = x.task_id and a.step = x.step and a.outcome = 'complete')) as result) r
          where r.result is not null`,
};

/** Results of settled steps, one batch for all that are missing; a skipped step has none. */
export async function fetchResults(
  db: Queryable,
  wanted: readonly { readonly taskId: string; readonly step: number }[],
): Promise<ResultRow[]> {
  return db.query<ResultRow>(results, [
    plainArray(wanted.map((each) => each.taskId)),
    plainArray(wanted.map((each) => each.step)),
  ]);
}
