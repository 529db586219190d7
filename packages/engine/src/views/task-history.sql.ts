import type { ErrorRecord, Json } from '@tasker/contract';
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

const statement: Statement = {
  name: 'task_history',
  text: `select id, at, kind, step_id as "stepId", step, attempt, worker, actor, reason, duration_ms as "durationMs",
                retry_at as "retryAt", result, error
           from tasker.task_history($1)`,
};

/** What happened to a task, in order; empty when there is no such task. */
export async function taskHistory(db: Queryable, taskId: string): Promise<HistoryFact[]> {
  return db.query<HistoryFact>(statement, [taskId]);
}
