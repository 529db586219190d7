import type { StepState } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** Whether a step can run, and what that depends on. */
export interface StepReadiness {
  readonly workflowStepId: string;
  readonly taskId: string;
  /** The step's place in its template. */
  readonly namedStepId: number;
  readonly name: string;
  readonly currentState: StepState;
  readonly dependenciesSatisfied: boolean;
  /** Another attempt may follow. */
  readonly retryEligible: boolean;
  readonly readyForExecution: boolean;
  readonly lastFailureAt: Date | null;
  /** The one moment from which on a failed step is ready. */
  readonly nextRetryAt: Date | null;
  readonly totalParents: number;
  readonly completedParents: number;
  readonly attempts: number;
  readonly retryLimit: number;
  /** How long the last failure makes the step wait. */
  readonly backoffRequestSeconds: number | null;
  readonly lastAttemptedAt: Date | null;
}

const statement: Statement = {
  name: 'step_readiness',
  text: `select workflow_step_id as "workflowStepId", task_id as "taskId", named_step_id as "namedStepId", name,
                current_state as "currentState", dependencies_satisfied as "dependenciesSatisfied",
                retry_eligible as "retryEligible", ready_for_execution as "readyForExecution",
                last_failure_at as "lastFailureAt", next_retry_at as "nextRetryAt", total_parents as "totalParents",
                completed_parents as "completedParents", attempts, retry_limit as "retryLimit",
                backoff_request_seconds as "backoffRequestSeconds", last_attempted_at as "lastAttemptedAt"
           from tasker.step_readiness_of($1::uuid[], $2::uuid[])`,
};

/**
 * The readiness of the steps of tasks, ordered by task and position.
 *
 * @param stepIds only these; default all
 */
export async function findReadiness(
  db: Queryable,
  taskIds: readonly string[],
  stepIds?: readonly string[],
): Promise<StepReadiness[]> {
  return db.query<StepReadiness>(statement, [plainArray(taskIds), stepIds === undefined ? null : plainArray(stepIds)]);
}
