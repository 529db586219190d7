import type { ErrorRecord, Json, JsonObject, StepState } from '@tasker/contract';
import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** One step of one task, as it stands now. */
export interface StepView {
  readonly taskId: string;
  readonly stepId: string;
  /** The place of the step in its plan. */
  readonly position: number;
  readonly name: string;
  readonly state: StepState;
  readonly namespace: string;
  readonly handler: string;
  readonly dependentSystem: string;
  /** 0 without parents, otherwise one more than the deepest parent. */
  readonly level: number;
  readonly retryable: boolean;
  readonly skippable: boolean;
  /** Finished ones: one under way is not counted. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** It waits for a worker now. */
  readonly ready: boolean;
  /** Since when it waits for a worker, or from when on it will. */
  readonly dueAt: Date | null;
  /** When a step in error is tried again; null: never. */
  readonly nextAttemptAt: Date | null;
  /** In error, and no attempt will follow. */
  readonly failedForGood: boolean;
  /** What a breaker would read: one attempt may tell while half open. */
  readonly circuit: 'closed' | 'open' | 'half_open';
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Of the last finished attempt. */
  readonly durationMs: number | null;
  readonly lastAttemptedAt: Date | null;
  readonly lastFailedAt: Date | null;
  /** How long the last failure makes the step wait. */
  readonly backoffMs: number | null;
  readonly worker: string | null;
  /** The operator who settled the step, and why. */
  readonly actor: string | null;
  readonly reason: string | null;
  readonly result: Json;
  readonly metadata: JsonObject | null;
  /** Of the last attempt, if that failed. */
  readonly error: ErrorRecord | null;
  /** What an operator gave the step in the place of the task's context. */
  readonly inputs: JsonObject | null;
  /** Ascending positions. */
  readonly parents: readonly number[];
  readonly children: readonly number[];
  readonly parentNames: readonly string[];
  readonly childNames: readonly string[];
  /** How many of the parents let the step run. */
  readonly settledParents: number;
}

const statement: Statement = {
  name: 'step_states',
  text: `select task_id as "taskId", step_id as "stepId", step as position, name, state, namespace, handler,
                dependent_system as "dependentSystem", level, retryable, skippable, attempts, max_attempts as "maxAttempts",
                ready, due_at as "dueAt", next_attempt_at as "nextAttemptAt", failed_for_good as "failedForGood", circuit,
                started_at as "startedAt", finished_at as "finishedAt", duration_ms as "durationMs",
                last_attempted_at as "lastAttemptedAt", last_failed_at as "lastFailedAt", backoff_ms as "backoffMs",
                worker, actor, reason, result, metadata, error, inputs, parents, children,
                passed_parents as "settledParents"
           from tasker.step_states_of($1::uuid[])`,
};

/** The steps of tasks, ordered by task and position; a task that does not exist has none. */
export async function findSteps(db: Queryable, taskIds: readonly string[]): Promise<StepView[]> {
  const rows = await db.query<Row>(statement, [plainArray(taskIds)]);
  const names = new Map<string, string[]>();
  for (const { taskId, position, name } of rows) {
    const ofTask = names.get(taskId) ?? [];
    ofTask[position] = name;
    names.set(taskId, ofTask);
  }
  return rows.map((row) => {
    const nameOf = (position: number) => names.get(row.taskId)?.[position] ?? '';
    // added to, not copied: that would cost more than all the rest
    return Object.assign(row, { parentNames: row.parents.map(nameOf), childNames: row.children.map(nameOf) });
  });
}

type Row = Omit<StepView, 'parentNames' | 'childNames'>;
