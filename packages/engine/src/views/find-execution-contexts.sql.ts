import type { TaskState } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export type ExecutionStatus =
  | 'has_ready_steps'
  | 'processing'
  | 'blocked_by_failures'
  | 'all_complete'
  | 'waiting_for_dependencies'
  /** Operators decided how the task ended. */
  | 'finished';

export type RecommendedAction =
  | 'execute_ready_steps'
  | 'wait_for_completion'
  | 'handle_failures'
  | 'finalize_task'
  | 'wait_for_dependencies'
  | 'none';

export type HealthStatus = 'healthy' | 'recovering' | 'blocked';

/** How a task stands: its steps counted by state, and what follows from that. */
export interface ExecutionContext {
  readonly taskId: string;
  readonly status: TaskState;
  readonly totalSteps: number;
  readonly pendingSteps: number;
  readonly inProgressSteps: number;
  /** Settled: complete, resolved by hand or skipped. */
  readonly completedSteps: number;
  readonly failedSteps: number;
  /** They wait for a worker now. */
  readonly readySteps: number;
  readonly cancelledSteps: number;
  /** Failed, and their next attempt is not due yet. */
  readonly backoffSteps: number;
  /** Failed for good. */
  readonly blockedSteps: number;
  readonly executionStatus: ExecutionStatus;
  readonly recommendedAction: RecommendedAction;
  /** 0 to 100, two decimals. */
  readonly completionPercentage: number;
  readonly healthStatus: HealthStatus;
}

const statement: Statement = {
  name: 'execution_contexts',
  text: `select task_id as "taskId", status, total_steps as "totalSteps", pending_steps as "pendingSteps",
                in_progress_steps as "inProgressSteps", completed_steps as "completedSteps", failed_steps as "failedSteps",
                ready_steps as "readySteps", cancelled_steps as "cancelledSteps", backoff_steps as "backoffSteps",
                blocked_steps as "blockedSteps", execution_status as "executionStatus",
                recommended_action as "recommendedAction", completion_percentage as "completionPercentage",
                health_status as "healthStatus"
           from tasker.execution_contexts_of($1::uuid[])`,
};

/** How tasks stand, ordered by id; those that do not exist are left out. */
export async function findExecutionContexts(db: Queryable, taskIds: readonly string[]): Promise<ExecutionContext[]> {
  return db.query<ExecutionContext>(statement, [plainArray(taskIds)]);
}
