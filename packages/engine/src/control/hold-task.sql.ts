import type { TaskState } from '@tasker/contract';
import { TaskNotFound } from '../errors.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** Everything that is known of one task, while nobody else can change it. */
export interface HeldTask {
  readonly id: string;
  readonly revisionId: number;
  readonly priority: number;
  readonly correlationId: string;
  /** By step: attempts finished, in order. */
  readonly attempts: readonly AttemptRow[];
  readonly actions: readonly ActionRow[];
  readonly edits: readonly EditRow[];
  readonly ready: readonly ReadyRow[];
  readonly leased: readonly LeasedRow[];
  readonly outcome: TaskState | null;
}

export interface AttemptRow {
  readonly step: number;
  readonly attempt: number;
  readonly outcome: 'complete' | 'error' | 'cancelled';
  readonly final: boolean;
}

export interface ActionRow {
  readonly step: number | null;
  readonly kind: 'cancel' | 'retry' | 'resolve' | 'skip' | 'edit';
  readonly attempts: number;
}

export interface EditRow {
  readonly step: number;
  readonly max_attempts: number | null;
  /** How many attempts the submission gave the step. */
  readonly attempt_limit: number | null;
  readonly skip: boolean;
  readonly decided: 'resolve' | 'cancel' | null;
}

export interface ReadyRow {
  readonly step: number;
  readonly attempt: number;
  readonly waiting: boolean;
}

export interface LeasedRow {
  readonly worker: number;
  readonly seq: number;
  readonly step: number;
  readonly attempt: number;
}

/**
 * Holds a task still until the end of the transaction: whatever could change it must first take a lease or a ready
 * row of it, and those are locked here.
 *
 * A call of `advance` under way may hand out steps of the task in a lease that the look for it does not see. But it
 * holds the row it came from, so we wait for it there; and when it is through, that row is gone and another is open.
 * So we look until everything that is open at one moment is locked by us: from then on nobody can move the task. (An
 * operator who ended or reopened the task meanwhile is waited for at its outcome, and found out in the same way; so an
 * outcome has to be locked as well.)
 */
export async function holdTask(tx: Queryable, taskId: string): Promise<HeldTask> {
  for (;;) {
    const locked = await lockOpen(tx, taskId);
    const ends = await tx.query(lockOutcome, [taskId]);
    const [row] = await tx.query<TaskRow>(read, [taskId]);
    if (row === undefined) throw new TaskNotFound(taskId);
    const { revision_id: revisionId, ...rest } = row;
    const isHeld =
      rest.leased.every(({ worker, seq }) => locked.leases.has(`${worker} ${seq}`)) &&
      rest.ready.every(({ step }) => locked.ready.has(step)) &&
      // it may have been taken up, and have ended again, since we looked
      (rest.outcome === null || ends.length > 0);
    if (!isHeld) continue;
    // last, as in `advance`: who holds a lease may be waiting for them
    await tx.query(lockCounters, [taskId]);
    return { revisionId, ...rest };
  }
}

interface LockedRows {
  readonly leases: ReadonlySet<string>;
  readonly ready: ReadonlySet<number>;
}

async function lockOpen(tx: Queryable, taskId: string): Promise<LockedRows> {
  const leases = await tx.query<{ worker: number; seq: number }>(lockLeases, [taskId]);
  const ready = await tx.query<{ step: number }>(lockReady, [taskId]);
  return {
    leases: new Set(leases.map(({ worker, seq }) => `${worker} ${seq}`)),
    ready: new Set(ready.map(({ step }) => step)),
  };
}

const lockLeases: Statement = {
  name: 'lock_leases_of_task',
  text: 'select worker, seq from tasker.lease where $1::uuid = any(tasks) order by worker, seq for update',
};

const lockReady: Statement = {
  name: 'lock_ready_of_task',
  text: 'select step from tasker.ready where task_id = $1 order by step for update',
};

const lockCounters: Statement = {
  name: 'lock_counters_of_task',
  text: 'select 1 from tasker.join_counter where task_id = $1 order by step = -1, step for update',
};

const lockOutcome: Statement = {
  name: 'lock_outcome_of_task',
  text: 'select 1 from tasker.task_outcome where task_id = $1 for update',
};

type TaskRow = Omit<HeldTask, 'revisionId'> & { readonly revision_id: number };

// a statement of its own: its snapshot must be taken after the locks
const read: Statement = {
  name: 'read_held_task',
  text: `select t.id, t.revision_id, t.priority, coalesce(t.correlation_id, t.id::text) as "correlationId",
                (select o.state::text from tasker.task_outcome o where o.task_id = t.id) as outcome,
                (select coalesce(jsonb_agg(jsonb_build_object('step', a.step, 'attempt', a.attempt, 'outcome', a.outcome,
                          'final', a.retry_at is null) order by a.step, a.attempt), '[]')
                   from tasker.attempt a where a.task_id = t.id) as attempts,
                (select coalesce(jsonb_agg(jsonb_build_object('step', c.step, 'kind', c.kind, 'attempts', c.attempts)
                          order by c.id), '[]')
                   from tasker.action c where c.task_id = t.id) as actions,
                (select coalesce(jsonb_agg(jsonb_build_object('step', e.step, 'max_attempts', e.max_attempts,
                          'attempt_limit', e.attempt_limit, 'skip', e.skip, 'decided', e.decided)), '[]')
                   from tasker.step_edit e where e.task_id = t.id) as edits,
                (select coalesce(jsonb_agg(jsonb_build_object('step', r.step, 'attempt', r.attempt, 'waiting', r.waiting)), '[]')
                   from tasker.ready r where r.task_id = t.id) as ready,
                (select coalesce(jsonb_agg(jsonb_build_object('worker', l.worker, 'seq', l.seq, 'step', u.step, 'attempt', u.attempt)), '[]')
                   from tasker.lease l, unnest(l.tasks, l.steps, l.attempts) u(task, step, attempt)
                  where t.id = any(l.tasks) and u.task = t.id
                    and not exists (select 1 from tasker.attempt a
                                     where a.task_id = t.id and a.step = u.step and a.attempt = u.attempt)) as leased
           from tasker.task t where t.id = $1`,
};
