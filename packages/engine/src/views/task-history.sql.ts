import type { ErrorRecord, Json } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** One thing that happened to a task. */
export interface HistoryFact {
  /** The same fact has the same id whenever it is asked for. */
  readonly id: string;
  readonly at: Date;
  readonly kind: HistoryKind;
  /** Null: it concerns the task as a whole. */
  readonly stepId: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly worker: string | null;
  /** Who submitted the task or gave the command, and why. */
  readonly actor: string | null;
  readonly reason: string | null;
  /** Of an attempt that ended, or of the task. */
  readonly durationMs: number | null;
  /** After a failed attempt: when the next one begins; null: never. */
  readonly retryAt: Date | null;
  readonly result: Json;
  readonly error: ErrorRecord | null;
}

export type HistoryKind =
  | 'submitted'
  | 'attempt_started'
  | 'attempt_complete'
  | 'attempt_error'
  | 'attempt_cancelled'
  | 'operator_cancel'
  | 'operator_retry'
  | 'operator_resolve'
  | 'operator_skip'
  | 'operator_edit'
  | 'task_complete'
  | 'task_error'
  | 'task_cancelled'
  | 'task_resolved_manually';

const columns = `id, at, kind, step_id as "stepId", step, attempt, worker, actor, reason, duration_ms as "durationMs",
                retry_at as "retryAt", result, error`;

const statement: Statement = {
  name: 'task_history',
  text: `select ${columns} from tasker.task_history($1)`,
};

const several: Statement = {
  name: 'task_histories',
  text: `select w.task_id as "taskId", ${columns}
           from (select distinct unnest($1::uuid[]) as task_id) w
          cross join lateral rows from (tasker.task_history(w.task_id)) with ordinality
          order by w.task_id, ordinality`,
};

/** What happened to a task, in order; empty when there is no such task. */
export async function taskHistory(db: Queryable, taskId: string): Promise<HistoryFact[]> {
  return db.query<HistoryFact>(statement, [taskId]);
}

export interface FactOfTask extends HistoryFact {
  readonly taskId: string;
}

/** What happened to several tasks, by task and in order; those that do not exist have nothing. */
export async function taskHistories(db: Queryable, taskIds: readonly string[]): Promise<FactOfTask[]> {
  return db.query<FactOfTask>(several, [plainArray(taskIds)]);
}
