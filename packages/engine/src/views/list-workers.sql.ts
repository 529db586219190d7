import type { JsonObject } from '@tasker/contract';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface WorkerView {
  readonly workerId: number;
  readonly name: string;
  /** `silent`: it should be running and has not been heard of for longer than its leases last. */
  readonly state: 'running' | 'stopping' | 'stopped' | 'lost' | 'silent';
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** The handlers it has, as `namespace/handler`. */
  readonly handlers: readonly string[];
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  /** Steps in its hands. */
  readonly heldSteps: number;
  /** Process id, host and the like. */
  readonly info: JsonObject;
}

export interface WorkerFilter {
  /** Also those that have stopped or were lost; default false. */
  readonly all?: boolean;
  /** Default 100. */
  readonly limit?: number;
  /** Only workers older than this one. */
  readonly before?: number;
}

const statement: Statement = {
  text: `select w.id as "workerId", w.name,
                case when w.state in ('running', 'stopping') and w.heartbeat_at + w.lease_ms * interval '1 ms' < tasker.now()
                     then 'silent' else w.state::text end as state,
                w.namespaces, w.concurrency, w.lease_ms as "leaseMs", w.started_at as "startedAt",
                w.heartbeat_at as "heartbeatAt", w.info,
                array(select n.name || '/' || q.handler
                        from tasker.queue q join tasker.namespace n on n.id = q.namespace_id
                       where q.id = any(w.queues) order by 1) as handlers,
                (select count(*) from tasker.lease l cross join lateral unnest(l.tasks, l.steps, l.attempts) u(task, step, attempt)
                  where l.worker = w.id
                    and not exists (select 1 from tasker.attempt a
                                     where a.task_id = u.task and a.step = u.step and a.attempt = u.attempt)) as "heldSteps"
           from tasker.worker w
          where ($1 or w.state in ('running', 'stopping')) and ($2::int is null or w.id < $2)
          order by w.id desc limit $3`,
};

/** Workers, the newest first. */
export async function listWorkers(db: Queryable, filter: WorkerFilter = {}): Promise<WorkerView[]> {
  const { all = false, limit = 100, before = null } = filter;
  return db.query<WorkerView>(statement, [all, before, limit]);
}
