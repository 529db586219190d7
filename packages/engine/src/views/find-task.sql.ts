import type { JsonObject, TaskState } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** A task as lists show it. */
export interface TaskSummary {
  readonly taskId: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly revision: number;
  readonly state: TaskState;
  readonly priority: number;
  readonly correlationId: string | null;
  readonly parentCorrelationId: string | null;
  readonly traceparent: string | null;
  readonly idempotencyKey: string | null;
  readonly initiator: string | null;
  readonly sourceSystem: string | null;
  readonly reason: string | null;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface TaskView extends TaskSummary {
  readonly context: JsonObject;
  /** Names of the steps that the submission or an operator said to pass over. */
  readonly bypassSteps: readonly string[];
}

/** The columns of {@link TaskSummary} from `t` (task), `r` (revision), `m` (template), `n` (namespace), `o` (outcome). */
export const summaryColumns = `t.id as "taskId", n.name as namespace, m.name, m.version, r.number as revision,
                tasker.state_of(t.id) as state, t.priority, t.correlation_id as "correlationId",
                t.parent_correlation_id as "parentCorrelationId", t.traceparent, t.idempotency_key as "idempotencyKey", t.initiator,
                t.source_system as "sourceSystem", t.reason, coalesce(t.tags, '{}') as tags, t.created_at as "createdAt",
                o.finished_at as "finishedAt"`;

export const summaryJoins = `join tasker.revision r on r.id = t.revision_id
           join tasker.template m on m.id = r.template_id
           join tasker.namespace n on n.id = m.namespace_id
           left join tasker.task_outcome o on o.task_id = t.id`;

const columns = `${summaryColumns}, t.context,
                array(select s.name from tasker.step_edit e
                        join tasker.revision_step s on s.revision_id = t.revision_id and s.step = e.step
                       where e.task_id = t.id and e.skip order by e.step) as "bypassSteps"`;

const statement: Statement = {
  name: 'find_task',
  text: `select ${columns}
           from tasker.task t
           ${summaryJoins}
          where t.id = $1`,
};

const several: Statement = {
  name: 'find_tasks',
  text: `select ${columns}
           from (select distinct unnest($1::uuid[]) as id) x
          cross join lateral (select t.* from tasker.task t where t.id = x.id) t
           ${summaryJoins}
          order by t.id desc`,
};

/** Undefined when there is no such task. */
export async function findTask(db: Queryable, taskId: string): Promise<TaskView | undefined> {
  const [task] = await db.query<TaskView>(statement, [taskId]);
  return task;
}

/** The newest first; those that do not exist are left out. */
export async function findTasks(db: Queryable, taskIds: readonly string[]): Promise<TaskView[]> {
  return db.query<TaskView>(several, [plainArray(taskIds)]);
}
