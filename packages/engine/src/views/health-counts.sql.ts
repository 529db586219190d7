import type { Queryable, Statement } from '../postgres/database.ts';

/** How the whole system stands. */
export interface HealthCounts {
  readonly tasks: {
    readonly total: number;
    readonly pending: number;
    readonly inProgress: number;
    readonly complete: number;
    readonly error: number;
    readonly cancelled: number;
    readonly resolvedManually: number;
  };
  readonly steps: {
    readonly total: number;
    readonly pending: number;
    readonly inProgress: number;
    /** Settled: complete, resolved by hand or skipped. */
    readonly complete: number;
    readonly error: number;
    readonly cancelled: number;
  };
  readonly retries: {
    /** In error, and another attempt follows. */
    readonly retryableErrors: number;
    /** In error without attempts left. */
    readonly exhaustedRetries: number;
    /** In error, and the next attempt is not due yet. */
    readonly inBackoff: number;
  };
  readonly database: { readonly activeConnections: number; readonly maxConnections: number };
  /** True: there was too much to count, and some figures are estimates. */
  readonly approximate: boolean;
}

type Row = Readonly<Record<(typeof columns)[number], number>> & { readonly approximate: boolean };

const columns = [
  'total_tasks',
  'pending_tasks',
  'in_progress_tasks',
  'complete_tasks',
  'error_tasks',
  'cancelled_tasks',
  'resolved_tasks',
  'total_steps',
  'pending_steps',
  'in_progress_steps',
  'complete_steps',
  'error_steps',
  'cancelled_steps',
  'retryable_error_steps',
  'exhausted_retry_steps',
  'in_backoff_steps',
  'active_connections',
  'max_connections',
] as const;

const statement: Statement = {
  name: 'health_counts',
  text: `select ${columns.join(', ')}, approximate from tasker.health_counts()`,
};

/** Counts everything; up to a second of work in a large system, so keep the answer for a while. */
export async function healthCounts(db: Queryable): Promise<HealthCounts> {
  const [row] = await db.query<Row>(statement);
  if (row === undefined) throw new Error('tasker.health_counts returned no row');
  return {
    tasks: {
      total: row.total_tasks,
      pending: row.pending_tasks,
      inProgress: row.in_progress_tasks,
      complete: row.complete_tasks,
      error: row.error_tasks,
      cancelled: row.cancelled_tasks,
      resolvedManually: row.resolved_tasks,
    },
    steps: {
      total: row.total_steps,
      pending: row.pending_steps,
      inProgress: row.in_progress_steps,
      complete: row.complete_steps,
      error: row.error_steps,
      cancelled: row.cancelled_steps,
    },
    retries: {
      retryableErrors: row.retryable_error_steps,
      exhaustedRetries: row.exhausted_retry_steps,
      inBackoff: row.in_backoff_steps,
    },
    database: { activeConnections: row.active_connections, maxConnections: row.max_connections },
    approximate: row.approximate,
  };
}
