import { plainArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface LostWorkers {
  readonly workerIds: readonly number[];
  /** Until the next worker will be overdue unless it is heard of; undefined when there is none. */
  readonly nextMs: number | undefined;
}

const find: Statement = {
  name: 'find_lost_workers',
  text: `with alive as (
           select w.id, extract(epoch from w.heartbeat_at + w.lease_ms * interval '1 ms' - tasker.now())::float8 * 1000 as left_ms
             from tasker.worker w where w.state in ('running', 'stopping'))
         select (select coalesce(jsonb_agg(x.id order by x.id), '[]') from (
                   select a.id from alive a where a.left_ms < 0
                   union
                   select l.worker from tasker.lease l join tasker.worker w on w.id = l.worker
                    where w.state in ('stopped', 'lost')
                   limit 100) x) as ids,
                (select min(a.left_ms) from alive a where a.left_ms >= 0) as next_ms`,
};

/** Workers that are overdue, and workers that are gone but have left leases behind. */
export async function findLostWorkers(db: Queryable): Promise<LostWorkers> {
  const [row] = await db.query<{ ids: number[]; next_ms: number | null }>(find);
  return { workerIds: row?.ids ?? [], nextMs: row?.next_ms ?? undefined };
}

const declare: Statement = {
  name: 'declare_lost',
  text: `with declared as (
           update tasker.worker w set state = 'lost'
            where w.id = $1 and w.state in ('running', 'stopping')
              and w.heartbeat_at + w.lease_ms * interval '1 ms' < tasker.now()
           returning w.id)
         select w.name, exists (select 1 from declared) or w.state in ('stopped', 'lost') as gone
           from tasker.worker w where w.id = $1`,
};

/**
 * Declares a worker lost unless it was heard of meanwhile: from now on `advance` hands it nothing. Returns its name
 * when it is gone (now or before).
 */
export async function declareLost(tx: Queryable, workerId: number): Promise<string | undefined> {
  const [row] = await tx.query<{ name: string; gone: boolean }>(declare, [workerId]);
  return row?.gone ? row.name : undefined;
}

const leases: Statement = {
  name: 'leases_of_worker',
  text: 'select seq from tasker.lease where worker = $1 order by seq',
};

export async function listLeases(tx: Queryable, workerId: number): Promise<number[]> {
  return (await tx.query<{ seq: number }>(leases, [workerId])).map((row) => row.seq);
}

const tasks: Statement = {
  name: 'tasks_of_lost_worker',
  text: 'select id, revision_id, priority, correlation_id from tasker.task where id = any($1::uuid[])',
};

export interface TaskOfLostWorker {
  readonly id: string;
  readonly revision_id: number;
  readonly priority: number;
  readonly correlation_id: string | null;
}

export async function findTasks(tx: Queryable, taskIds: readonly string[]): Promise<TaskOfLostWorker[]> {
  return tx.query<TaskOfLostWorker>(tasks, [plainArray(taskIds)]);
}
