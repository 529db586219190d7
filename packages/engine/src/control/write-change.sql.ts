import type { TerminalTaskState } from '@tasker/contract';
import type { JoinCount } from '../graph/frontier.ts';
import { plainArray, textArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface NewAction {
  /** null: on the task. */
  readonly step: number | null;
  readonly kind: 'cancel' | 'retry' | 'resolve' | 'skip' | 'edit';
  /** Attempts the step had when it was done. */
  readonly attempts: number;
  /** JSON text: what `resolve` puts in the place of a result. */
  readonly result: string | null;
}

export interface By {
  readonly actor: string;
  readonly reason: string | undefined;
}

const actions: Statement = {
  name: 'insert_actions',
  text: `insert into tasker.action (task_id, step, kind, attempts, actor, reason, result, ended_as, ended_at, at)
         select $1, x.step, x.kind::tasker.action_kind, x.attempts, $5, $6, x.result, o.state, o.finished_at, tasker.now()
           from unnest($2::int[], $3::text[], $4::smallint[], $7::jsonb[])
                with ordinality x(step, kind, attempts, result, nr)
           left join tasker.task_outcome o on o.task_id = $1 and $8 and x.nr = 1
          order by x.nr`,
};

/** @param endsAnew how the task had ended no longer counts: the first action tells of it from now on */
export async function insertActions(
  tx: Queryable,
  taskId: string,
  list: readonly NewAction[],
  by: By,
  endsAnew: boolean,
): Promise<void> {
  await tx.query(actions, [
    taskId,
    textArray(list.map(({ step }) => (step === null ? null : String(step)))),
    plainArray(list.map(({ kind }) => kind)),
    plainArray(list.map((action) => action.attempts)),
    by.actor,
    by.reason ?? null,
    textArray(list.map(({ result }) => result)),
    endsAnew,
  ]);
}

export interface StepChange {
  readonly step: number;
  readonly maxAttempts?: number;
  readonly skip?: boolean;
  readonly decided?: 'resolve' | 'cancel';
  /** JSON text. */
  readonly inputs?: string;
}

const edits: Statement = {
  name: 'upsert_step_edit',
  text: `insert into tasker.step_edit as e (task_id, step, max_attempts, skip, inputs, decided)
         values ($1, $2, $3, coalesce($4, false), $5::jsonb, $6::tasker.action_kind)
         on conflict (task_id, step) do update
           set max_attempts = coalesce(excluded.max_attempts, e.max_attempts),
               skip = coalesce($4, e.skip), inputs = coalesce(excluded.inputs, e.inputs),
               decided = coalesce(excluded.decided, e.decided)`,
};

export async function upsertStepEdit(tx: Queryable, taskId: string, change: StepChange): Promise<void> {
  const { step, maxAttempts = null, skip = null, inputs = null, decided = null } = change;
  await tx.query(edits, [taskId, step, maxAttempts, skip, inputs, decided]);
}

export interface NewReady {
  readonly step: number;
  readonly attempt: number;
  readonly queue: number;
}

const open: Statement = {
  name: 'open_steps',
  text: `insert into tasker.ready (task_id, step, attempt, queue, priority, waiting, due_at)
         select $1, x.step, x.attempt, x.queue, $5, false, tasker.now()
           from unnest($2::int[], $3::smallint[], $4::int[]) x(step, attempt, queue)
         on conflict (task_id, step) do update set waiting = false, due_at = excluded.due_at`,
};

/** Steps that wait for a worker from now on; one that waited for a time is due now. */
export async function openSteps(
  tx: Queryable,
  taskId: string,
  priority: number,
  steps: readonly NewReady[],
): Promise<void> {
  await tx.query(open, [
    taskId,
    plainArray(steps.map(({ step }) => step)),
    plainArray(steps.map(({ attempt }) => attempt)),
    plainArray(steps.map(({ queue }) => queue)),
    priority,
  ]);
}

const close: Statement = {
  name: 'close_steps',
  text: 'delete from tasker.ready where task_id = $1 and step = any($2::int[])',
};

export async function closeSteps(tx: Queryable, taskId: string, steps: readonly number[]): Promise<void> {
  await tx.query(close, [taskId, plainArray(steps)]);
}

const revoke: Statement = {
  name: 'revoke_steps',
  text: `with hit as (
           select l.worker, l.seq, l.since, l.tasks, l.steps, l.attempts from tasker.lease l where $1::uuid = any(l.tasks)),
         gone as (
           select h.worker, h.seq, h.since, u.step, u.attempt
             from hit h, unnest(h.tasks, h.steps, h.attempts) u(task, step, attempt)
            where u.task = $1 and u.step = any($2::int[])),
         history as (
           insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, error)
           select $1, g.step, g.attempt, 'cancelled', g.worker, g.since, greatest(g.since, tasker.now()), $3::jsonb from gone g
            where g.step = any($4::int[])
              and not exists (select 1 from tasker.attempt a
                               where a.task_id = $1 and a.step = g.step and a.attempt = g.attempt))
         update tasker.lease l
            set revoked = true,
                tasks = (select coalesce(array_agg(u.task order by u.nr), '{}') from unnest(l.tasks, l.steps) with ordinality u(task, step, nr)
                          where not (u.task = $1 and u.step = any($2::int[]))),
                steps = (select coalesce(array_agg(u.step order by u.nr), '{}') from unnest(l.tasks, l.steps) with ordinality u(task, step, nr)
                          where not (u.task = $1 and u.step = any($2::int[]))),
                attempts = (select coalesce(array_agg(u.attempt order by u.nr), '{}')
                              from unnest(l.tasks, l.steps, l.attempts) with ordinality u(task, step, attempt, nr)
                             where not (u.task = $1 and u.step = any($2::int[])))
           from (select distinct worker, seq from gone) g
          where l.worker = g.worker and l.seq = g.seq`,
};

/**
 * Takes steps out of the leases that list them: their outcomes no longer count. The attempts under way end here, as
 * cancelled.
 *
 * @param tried those of the steps that an attempt is under way of
 * @param error JSON text of what the history says about those attempts
 */
export async function revokeSteps(
  tx: Queryable,
  taskId: string,
  steps: readonly number[],
  tried: readonly number[],
  error: string,
): Promise<void> {
  await tx.query(revoke, [taskId, plainArray(steps), error, plainArray(tried)]);
}

const dropCounters: Statement = {
  name: 'drop_counters',
  text: 'delete from tasker.join_counter where task_id = $1',
};

const writeCounters: Statement = {
  name: 'write_counters',
  text: `insert into tasker.join_counter (task_id, step, parents, remaining, blocked)
         select $1, x.step, x.parents, x.remaining, x.blocked
           from unnest($2::int[], $3::int[], $4::int[], $5::boolean[]) x(step, parents, remaining, blocked)`,
};

export async function replaceCounters(tx: Queryable, taskId: string, counters: readonly JoinCount[]): Promise<void> {
  await tx.query(dropCounters, [taskId]);
  if (counters.length === 0) return;
  await tx.query(writeCounters, [
    taskId,
    plainArray(counters.map(({ step }) => step)),
    plainArray(counters.map(({ parents }) => parents)),
    plainArray(counters.map(({ remaining }) => remaining)),
    plainArray(counters.map(({ blocked }) => blocked)),
  ]);
}

const dropOutcome: Statement = {
  name: 'drop_outcome',
  text: 'delete from tasker.task_outcome where task_id = $1',
};

const writeOutcome: Statement = {
  name: 'write_outcome',
  text: `insert into tasker.task_outcome (task_id, state, finished_at) values ($1, $2::tasker.task_state, tasker.now())`,
};

/** @param state null: the task is open again */
export async function replaceOutcome(tx: Queryable, taskId: string, state: TerminalTaskState | null): Promise<void> {
  await tx.query(dropOutcome, [taskId]);
  if (state !== null) await tx.query(writeOutcome, [taskId, state]);
}
