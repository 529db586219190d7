import type { ErrorRecord } from '@tasker/contract';
import type { Queryable, SqlValue, Statement } from '../postgres/database.ts';
import type { HistoryKind } from './task-history.sql.ts';

/** Up to where somebody has read history. Two strings, to be kept and handed back as they are. */
export interface NewsPosition {
  /** What is visible in this snapshot of the database was read. */
  readonly snapshot: string;
  /** Whatever is not has happened after this time, ISO 8601: where to look for it. */
  readonly from: string;
}

/** Something that happened to some task. */
export interface NewsFact {
  /** Orders facts of one time; unique. */
  readonly key: string;
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly taskId: string;
  /** As in the history of the task. */
  readonly id: string;
  readonly kind: HistoryKind;
  readonly stepId: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly worker: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly durationMs: number | null;
  readonly retryAt: Date | null;
  readonly error: ErrorRecord | null;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly correlationId: string;
}

export interface NewsFilter {
  readonly taskId?: string | undefined;
  readonly namespace?: string | undefined;
  readonly kinds?: readonly HistoryKind[] | undefined;
}

export interface NewsRequest {
  readonly since: NewsPosition;
  /** The snapshot to read up to. */
  readonly until: string;
  readonly filter?: NewsFilter;
  /** The last fact of the page before. */
  readonly after?: Pick<NewsFact, 'at' | 'key'> | undefined;
  readonly limit: number;
}

const microseconds = (at: string) => `to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * What was committed between two moments, in the order in which it happened. Exactly that: nothing is left out and
 * nothing comes twice, but for the start of an attempt, which is told when the attempt is handed out and again when
 * its end is recorded.
 */
export async function readNews(db: Queryable, request: NewsRequest): Promise<NewsFact[]> {
  const { since, until, filter = {}, after, limit } = request;
  // the pages before have all that is older
  const from = after !== undefined && after.at > since.from ? after.at : since.from;
  const values: SqlValue[] = [since.snapshot, until, from, limit];
  const add = (value: SqlValue) => `$${values.push(value)}`;
  const task = filter.taskId === undefined ? undefined : add(filter.taskId);
  const mine = (column: string) => (task === undefined ? '' : `and ${column} = ${task}::uuid`);
  const wanted = [
    ...(filter.namespace === undefined ? [] : [`n.name = ${add(filter.namespace)}`]),
    ...(filter.kinds === undefined ? [] : [`f.kind = any(${add(`{${filter.kinds.join()}}`)}::text[])`]),
    ...(after === undefined ? [] : [`(f.at, f.key) > (${add(after.at)}::timestamptz, ${add(after.key)})`]),
  ];
  const text = `
    with fact(task_id, at, place, id, kind, step, attempt, worker, actor, reason, duration_ms, retry_at, error) as (
      select t.id, t.created_at, 0, 'submitted', 'submitted', null::int, null::int, null::int, t.initiator, t.reason,
             null::double precision, null::timestamptz, null::jsonb
        from tasker.task t
       where t.created_at >= $3::timestamptz and ${isBetween('t')} ${mine('t.id')}
      union all
      select u.task, l.since, 1, 'attempt.' || u.step || '.' || u.attempt || '.started', 'attempt_started', u.step,
             u.attempt, l.worker, null, null, null, null, null
        from tasker.lease l cross join lateral unnest(l.tasks, l.steps, l.attempts) u(task, step, attempt)
       where ${isBetween('l')} ${mine('u.task')}
      union all
      select a.task_id, x.at, x.place, 'attempt.' || a.step || '.' || a.attempt || '.' || x.what,
             'attempt_' || x.what, a.step, a.attempt, a.worker, null, null,
             case when x.place = 2 then extract(epoch from a.finished_at - a.started_at)::double precision * 1000 end,
             case when x.place = 2 then a.retry_at end, case when x.place = 2 then a.error end
        from tasker.attempt a
       cross join lateral (values (1, a.started_at, 'started'), (2, a.finished_at, a.outcome::text)) x(place, at, what)
       where a.finished_at >= $3::timestamptz and ${isBetween('a')} ${mine('a.task_id')}
      union all
      select c.task_id, c.at, 3, 'operator.' || c.id, 'operator_' || c.kind, c.step, null, null, c.actor, c.reason,
             null, null, null
        from tasker.action c
       where c.at >= $3::timestamptz and ${isBetween('c')} ${mine('c.task_id')}
      union all
      select e.task_id, e.at, 4, 'outcome.' || e.state || case when e.nr > 1 then '.' || e.nr else '' end,
             'task_' || e.state, null, null, null, null, null, null, null, null
        from (select o.task_id, o.finished_at as at, o.state::text,
                     1 + (select count(*) from tasker.action c
                           where c.task_id = o.task_id and c.ended_as = o.state) as nr
                from tasker.task_outcome o
               where o.finished_at >= $3::timestamptz and ${isBetween('o')} ${mine('o.task_id')}
              union all
              select c.task_id, c.ended_at, c.ended_as::text,
                     1 + (select count(*) from tasker.action b
                           where b.task_id = c.task_id and b.ended_as = c.ended_as and b.id < c.id)
                from tasker.action c
               where c.ended_as is not null and c.at >= $3::timestamptz and ${isBetween('c')} ${mine('c.task_id')}) e),
    keyed as (select f.*, f.place || ':' || f.task_id || ':' || f.id as key from fact f)
    select f.key, ${microseconds('f.at')} as at, f.task_id as "taskId", f.id, f.kind,
           tasker.step_id(f.task_id, f.step) as "stepId", s.name as step, f.attempt, w.name as worker, f.actor,
           f.reason, f.duration_ms as "durationMs", f.retry_at as "retryAt", f.error,
           n.name as namespace, m.name, m.version, coalesce(t.correlation_id, t.id::text) as "correlationId"
      from keyed f
     cross join lateral (select t.id, t.revision_id, t.correlation_id from tasker.task t where t.id = f.task_id) t
      join tasker.revision r on r.id = t.revision_id
      join tasker.template m on m.id = r.template_id
      join tasker.namespace n on n.id = m.namespace_id
      left join tasker.revision_step s on s.revision_id = t.revision_id and s.step = f.step
      left join tasker.worker w on w.id = f.worker
     ${wanted.length === 0 ? '' : `where ${wanted.join(' and ')}`}
     order by f.at, f.key limit $4`;
  return db.query<NewsFact>({ text }, values);
}

function isBetween(table: string): string {
  return `tasker.is_news(${table}.xmin, $1::pg_snapshot) and not tasker.is_news(${table}.xmin, $2::pg_snapshot)`;
}

/** The present, as those who follow history need to know it. */
export interface NewsHorizon {
  readonly snapshot: string;
  /** Transactions from here on had not begun. */
  readonly nextTransaction: bigint;
  /** The oldest transaction that was still open. */
  readonly oldestTransaction: bigint;
  /** ISO 8601. */
  readonly now: string;
  /** When the oldest transaction began that is open and may have written; now, if none is. As far as we may see. */
  readonly openSince: string;
  /** How long after it happened something may be recorded: as long as a lease lasts. */
  readonly delayMs: number;
}

type HorizonRow = Omit<NewsHorizon, 'nextTransaction' | 'oldestTransaction'> & {
  readonly next: string;
  readonly oldest: string;
};

const horizon: Statement = {
  name: 'news_horizon',
  text: `select x.snapshot::text as snapshot, pg_snapshot_xmax(x.snapshot)::text as next,
                pg_snapshot_xmin(x.snapshot)::text as oldest, ${microseconds('tasker.now()')} as now,
                ${microseconds(`least(tasker.now(), (select min(p.xact_start) from pg_catalog.pg_stat_activity p
                                                     where p.backend_xid is not null
                                                       and p.datname = pg_catalog.current_database()))`)} as "openSince",
                coalesce((select max(w.lease_ms) from tasker.worker w where w.state in ('running', 'stopping')), 0) as "delayMs"
           from (select pg_current_snapshot() as snapshot) x`,
};

export async function readHorizon(db: Queryable): Promise<NewsHorizon> {
  const [row] = await db.query<HorizonRow>(horizon);
  if (row === undefined) throw new Error('the database does not know its present');
  const { next, oldest, ...rest } = row;
  return { ...rest, nextTransaction: BigInt(next), oldestTransaction: BigInt(oldest) };
}
