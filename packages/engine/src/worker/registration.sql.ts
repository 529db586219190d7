import { hostname } from 'node:os';
import { plainArray, textArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

export interface Registration {
  readonly name: string;
  /** Namespaces it serves; empty: all. */
  readonly namespaces: readonly string[];
  readonly concurrency: number;
  readonly leaseMs: number;
}

const register: Statement = {
  text: `insert into tasker.worker (name, namespaces, queues, concurrency, lease_ms, started_at, heartbeat_at, info)
         values ($1, $2::text[], '{}', $3, $4, tasker.now(), tasker.now(), $5::jsonb) returning id`,
};

/** Makes the worker known; what it holds returns to others when it is not heard of for `leaseMs`. */
export async function registerWorker(db: Queryable, registration: Registration): Promise<number> {
  const { name, namespaces, concurrency, leaseMs } = registration;
  const info = JSON.stringify({ pid: process.pid, host: hostname(), node: process.version });
  const [row] = await db.query<{ id: number }>(register, [name, textArray(namespaces), concurrency, leaseMs, info]);
  if (row === undefined) throw new Error('no worker row');
  return row.id;
}

export interface Heartbeat {
  /** False: the worker was declared lost. */
  readonly alive: boolean;
  /** All leases of the worker. */
  readonly leases: readonly number[];
  /** Of these, the ones from which an operator took steps. */
  readonly revoked: readonly number[];
  /** The highest queue there is: more than before means that there are queues to look at. */
  readonly newestQueue: number;
}

const heartbeat: Statement = {
  name: 'heartbeat',
  text: `with me as (
           update tasker.worker set heartbeat_at = tasker.now()
            where id = $1 and state in ('running', 'stopping') returning id)
         select exists (select 1 from me) as alive,
                (select coalesce(jsonb_agg(seq), '[]') from tasker.lease where worker = $1) as leases,
                (select coalesce(jsonb_agg(seq), '[]') from tasker.lease where worker = $1 and revoked) as revoked,
                (select coalesce(max(id), 0) from tasker.queue) as newest_queue`,
};

export async function sendHeartbeat(db: Queryable, workerId: number): Promise<Heartbeat> {
  const [row] = await db.query<HeartbeatRow>(heartbeat, [workerId]);
  if (row === undefined) throw new Error('no heartbeat row');
  const { alive, leases, revoked, newest_queue: newestQueue } = row;
  return { alive, leases, revoked, newestQueue };
}

interface HeartbeatRow {
  readonly alive: boolean;
  readonly leases: readonly number[];
  readonly revoked: readonly number[];
  readonly newest_queue: number;
}

export interface QueueRow {
  readonly id: number;
  readonly namespace: string;
  readonly handler: string;
}

const queues: Statement = {
  text: `select q.id, n.name as namespace, q.handler from tasker.queue q join tasker.namespace n on n.id = q.namespace_id
          order by q.id`,
};

export async function listQueues(db: Queryable): Promise<QueueRow[]> {
  return db.query<QueueRow>(queues);
}

const serve: Statement = { text: 'update tasker.worker set queues = $2::int[] where id = $1' };

/** Writes down which queues the worker serves, for `explain`. */
export async function recordServedQueues(db: Queryable, workerId: number, served: readonly number[]): Promise<void> {
  await db.query(serve, [workerId, plainArray(served)]);
}

const changeState: Statement = {
  text: `update tasker.worker set state = $2::tasker.worker_state, heartbeat_at = tasker.now()
          where id = $1 and state in ('running', 'stopping')`,
};

export async function recordWorkerState(db: Queryable, workerId: number, state: 'stopping' | 'stopped'): Promise<void> {
  await db.query(changeState, [workerId, state]);
}
