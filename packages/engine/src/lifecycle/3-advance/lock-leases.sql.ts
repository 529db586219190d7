import { plainArray } from '../../postgres/array-literal.ts';
import type { Queryable, Statement } from '../../postgres/database.ts';
import type { HandedStep, StepEdit } from './call-advance.sql.ts';

export interface OpenLease {
  readonly seq: number;
  /** How long ago its steps were handed out. */
  readonly ageMs: number;
  /** Steps listed in the lease and not recorded yet. */
  readonly steps: readonly HandedStep[];
  /** What was changed for these steps. */
  readonly edits: readonly StepEdit[];
}

const lock: Statement = {
  name: 'lock_leases',
  text: `select seq from tasker.lease
          where worker = $1 and ($2::bigint[] is null or seq = any($2::bigint[])) order by seq for update`,
};

// a statement of its own: its snapshot must be taken after the locks
const list: Statement = {
  name: 'list_leases',
  text: `select l.seq, extract(epoch from tasker.now() - l.since)::float8 * 1000 as age_ms, x.task_id, x.step, x.attempt,
                case when e.step is not null then
                  jsonb_build_object('task', e.task_id, 'step', e.step, 'max_attempts', e.max_attempts, 'skip', e.skip,
                                     'decided', e.decided, 'inputs', e.inputs, 'timeout_ms', e.timeout_ms) end as edit
           from tasker.lease l
           left join lateral (
             select u.task_id, u.step, u.attempt
               from unnest(l.tasks, l.steps, l.attempts) u(task_id, step, attempt)
              where not exists (select 1 from tasker.attempt a
                                 where a.task_id = u.task_id and a.step = u.step and a.attempt = u.attempt)) x on true
           left join tasker.step_edit e on e.task_id = x.task_id and e.step = x.step
          where l.worker = $1 and l.seq = any($2::bigint[])
          order by l.seq`,
};

/**
 * Locks leases of a worker (all of them, or those named) until the end of the transaction, and lists what is still
 * open in them. Slow and exact: for doubtful outcomes and lost workers.
 */
export async function lockLeases(tx: Queryable, workerId: number, seqs?: readonly number[]): Promise<OpenLease[]> {
  const locked = await tx.query<{ seq: number }>(lock, [workerId, seqs === undefined ? null : plainArray(seqs)]);
  return listOpenLeases(
    tx,
    workerId,
    locked.map((lease) => lease.seq),
  );
}

/** What is still open in leases of a worker, as of now. */
export async function listOpenLeases(db: Queryable, workerId: number, seqs: readonly number[]): Promise<OpenLease[]> {
  const rows = await db.query<Row>(list, [workerId, plainArray(seqs)]);
  const open = new Map<number, { seq: number; ageMs: number; steps: HandedStep[]; edits: StepEdit[] }>();
  for (const { seq, age_ms: ageMs, task_id: taskId, step, attempt, edit } of rows) {
    const lease = open.get(seq) ?? { seq, ageMs, steps: [], edits: [] };
    if (taskId !== null) lease.steps.push({ taskId, step, attempt });
    if (edit !== null) lease.edits.push(edit);
    open.set(seq, lease);
  }
  return [...open.values()];
}

interface Row {
  readonly seq: number;
  readonly age_ms: number;
  readonly task_id: string | null;
  readonly step: number;
  readonly attempt: number;
  readonly edit: StepEdit | null;
}
