import type { JsonObject } from '@tasker/contract';
import { plainArray, textArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** One reason why a task or a step is not running. */
export interface Reason {
  /** Null: it concerns the task as a whole. */
  readonly stepId: string | null;
  readonly step: string | null;
  readonly kind: ReasonKind;
  readonly reason: string;
  /** What to do about it. */
  readonly remedy: string;
  /** When it ends by itself; null: not known, or never. */
  readonly until: Date | null;
  /** The same as data. */
  readonly detail: JsonObject;
}

export type ReasonKind =
  // of a task
  | 'task_complete'
  | 'task_error'
  | 'task_cancelled'
  | 'task_resolved'
  // of a step
  | 'lease_held'
  | 'backoff'
  | 'not_due'
  | 'queued'
  | 'no_worker'
  | 'unmet_parent'
  | 'blocked_by_failure'
  | 'blocked_by_cancelled'
  | 'to_be_skipped'
  | 'failed'
  | 'cancelled'
  | 'task_over'
  | 'complete'
  | 'resolved'
  | 'skipped'
  // of either: a fault of the engine
  | 'stuck';

const columns = 'step_id as "stepId", step, kind, reason, remedy, until, detail';

const statement: Statement = {
  name: 'explain',
  text: `select ${columns} from tasker.explain($1, $2)`,
};

const several: Statement = {
  name: 'explain_several',
  // each task is looked at once, however many of its steps are asked for
  text: `select w.task_id as "taskId", w.steps is null as "asTask", ${columns}
           from (select task_id, array_agg(step) filter (where step is not null) as steps
                   from unnest($1::uuid[], $2::text[]) u(task_id, step)
                  group by task_id, step is null) w
          cross join lateral rows from (tasker.explain_steps(w.task_id, w.steps)) with ordinality e
          order by w.task_id, e.ordinality`,
};

/**
 * Why a task or a step is not running: every reason there is. A step that is asked for by itself gets an answer in any
 * state; for a task, settled steps are left out. Empty when there is no such task or step, and for nothing else.
 *
 * @param id of a task or of a step
 * @param step name or id of a step of the task
 */
export async function explain(db: Queryable, id: string, step?: string): Promise<Reason[]> {
  return db.query<Reason>(statement, [id, step ?? null]);
}

/** A task, or one step of it by name or id. */
export interface ExplainSubject {
  readonly taskId: string;
  readonly step?: string | undefined;
}

/** The same for several, in their order; a list is empty where there is no such task or step. */
export async function explainSeveral(db: Queryable, subjects: readonly ExplainSubject[]): Promise<Reason[][]> {
  const rows = await db.query<Reason & { taskId: string; asTask: boolean }>(several, [
    plainArray(subjects.map(({ taskId }) => taskId)),
    textArray(subjects.map(({ step }) => step ?? null)),
  ]);
  const told = new Map<string, Reason[]>();
  for (const { taskId, asTask, ...reason } of rows) {
    const names = asTask ? [''] : [reason.step, `#${reason.stepId}`];
    for (const name of names) {
      const key = `${taskId} ${name}`;
      const reasons = told.get(key);
      if (reasons === undefined) told.set(key, [reason]);
      else reasons.push(reason);
    }
  }
  return subjects.map(({ taskId, step = '' }) => {
    const id = taskId.toLowerCase();
    return told.get(`${id} ${step}`) ?? told.get(`${id} #${step.toLowerCase()}`) ?? [];
  });
}
