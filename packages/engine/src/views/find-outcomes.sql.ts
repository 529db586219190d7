import type { Json, TerminalTaskState } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface OutcomeRow {
  readonly taskId: string;
  readonly status: TerminalTaskState;
  /** By step name: what the settled steps returned. */
  readonly results: Readonly<Record<string, Json>>;
}

const statement: Statement = {
  name: 'find_outcomes',
  text: `select o.task_id as "taskId", o.state::text as status,
                (select coalesce(jsonb_object_agg(s.name, r.result), '{}')
                   from (select a.step, a.result from tasker.attempt a where a.task_id = o.task_id and a.outcome = 'complete'
                         union all
                         select c.step, c.result from tasker.action c
                          where c.task_id = o.task_id and c.kind = 'resolve' and c.step is not null) r
                   join tasker.task t on t.id = o.task_id
                   join tasker.revision_step s on s.revision_id = t.revision_id and s.step = r.step) as results
           from tasker.task_outcome o where o.task_id = any($1::uuid[])`,
};

/** Of these tasks, those that have ended, with what their steps returned. */
export async function findOutcomes(db: Queryable, taskIds: readonly string[]): Promise<OutcomeRow[]> {
  return db.query<OutcomeRow>(statement, [plainArray(taskIds)]);
}

const known: Statement = { name: 'task_exists', text: 'select 1 from tasker.task where id = $1' };

export async function taskExists(db: Queryable, taskId: string): Promise<boolean> {
  return (await db.query(known, [taskId])).length > 0;
}
