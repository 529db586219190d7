import { plainArray, textArray } from '../../postgres/array-literal.ts';
import type { Queryable, SqlValue, Statement } from '../../postgres/database.ts';
import type { Decided } from './submission-hook.ts';

/** A task as it is written: context as JSON text, roots as they open. */
export interface NewTask {
  readonly id: string;
  readonly revisionId: number;
  readonly priority: number;
  readonly context: string;
  readonly correlationId: string | null;
  readonly parentCorrelationId: string | null;
  readonly traceparent: string | null;
  readonly idempotencyKey: string | null;
  readonly initiator: string | null;
  readonly sourceSystem: string | null;
  readonly reason: string | null;
  readonly tags: readonly string[];
  /** What makes the task the only one of its kind, if anything does: two SHA-256 digests in hex. */
  readonly identity: { readonly key: string; readonly fingerprint: string } | null;
  readonly roots: readonly { readonly step: number; readonly queue: number }[];
  /** Steps to pass over when they are reached. */
  readonly skips: readonly number[];
  /** What the definition decided about this task; written with it, in one transaction. */
  readonly edits: Decided['edits'];
  readonly annotations: Decided['annotations'];
}

/**
 * Tasks and their first steps, in one statement: in a lease of a worker that is alive, if one is given, else as ready
 * rows for anyone. Inserting the same task again changes nothing, so that a submission whose answer was lost can be
 * repeated.
 */
const insert: Statement = {
  name: 'insert_tasks',
  text: `with t as (
           insert into tasker.task (id, revision_id, priority, context, created_at, correlation_id,
                                    parent_correlation_id, idempotency_key, initiator, source_system, reason, tags,
                                    traceparent)
           select x.id, x.revision, x.priority, x.context, (select tasker.now()), x.correlation, x.parent, x.key,
                  x.initiator, x.source, x.reason, (select array_agg(j) from jsonb_array_elements_text(x.tags) j), x.trace
             from unnest($1::uuid[], $2::int[], $3::smallint[], $4::jsonb[], $5::text[], $6::text[], $7::text[],
                         $8::text[], $9::text[], $10::text[], $11::jsonb[], $20::text[])
                  x(id, revision, priority, context, correlation, parent, key, initiator, source, reason, tags, trace)
           on conflict (id) do nothing
           returning id, created_at),
         e as (
           insert into tasker.step_edit (task_id, step, skip)
           select x.task, x.step, true from unnest($12::uuid[], $13::int[]) x(task, step) join t on t.id = x.task),
         w as materialized (select id from tasker.worker where id = $18::int and state = 'running'),
         l as (
           insert into tasker.lease (worker, seq, since, tasks, steps, attempts)
           select w.id, $19::bigint, tasker.now(), array_agg(x.task order by x.nr), array_agg(x.step order by x.nr), array_agg(1::smallint)
             from unnest($14::uuid[], $15::int[]) with ordinality x(task, step, nr) join t on t.id = x.task cross join w group by w.id
           returning cardinality(tasks) as steps),
         r as (
           insert into tasker.ready (task_id, step, attempt, queue, priority, waiting, due_at)
           select x.task, x.step, 1, x.queue, x.priority, false, t.created_at
             from unnest($14::uuid[], $15::int[], $16::int[], $17::smallint[]) with ordinality x(task, step, queue, priority, nr)
             join t on t.id = x.task
            where not exists (select 1 from w)
            order by x.nr)
         select min(t.created_at) as "createdAt", coalesce((select steps from l), 0) as handed,
                case when count(*) < cardinality($1::uuid[]) then array_agg(t.id) end as some
           from t`,
};

export interface InsertedTasks {
  /** How many first steps went into the lease that was given. */
  readonly handed: number;
  /** Undefined: it was there before. */
  createdAt(taskId: string): Date | undefined;
}

export async function insertTasks(
  db: Queryable,
  tasks: readonly NewTask[],
  into?: { readonly workerId: number; readonly lease: number },
): Promise<InsertedTasks> {
  const [inserted] = await db.query<InsertedRow>(insert, [
    ...encode(tasks),
    into?.workerId ?? null,
    into?.lease ?? null,
    sparseArray(tasks.map((task) => task.traceparent)),
  ]);
  if (inserted === undefined) throw new Error('insert_tasks said nothing');
  const { handed, some } = inserted;
  const at = inserted.createdAt ?? undefined;
  return { handed, createdAt: (taskId) => (some === null || some.includes(taskId) ? at : undefined) };
}

interface InsertedRow {
  /** The same for all of them; null: all were there before. */
  readonly createdAt: Date | null;
  readonly handed: number;
  /** The ids of those that are new; null: all are. */
  readonly some: readonly string[] | null;
}

function encode(tasks: readonly NewTask[]): SqlValue[] {
  const roots = tasks.flatMap((task) => task.roots.map(({ step, queue }) => ({ step, queue, task })));
  const skips = tasks.flatMap((task) => task.skips.map((step) => ({ step, task })));
  return [
    plainArray(tasks.map((task) => task.id)),
    plainArray(tasks.map((task) => task.revisionId)),
    plainArray(tasks.map((task) => task.priority)),
    textArray(tasks.map((task) => task.context)),
    sparseArray(tasks.map((task) => task.correlationId)),
    sparseArray(tasks.map((task) => task.parentCorrelationId)),
    sparseArray(tasks.map((task) => task.idempotencyKey)),
    sparseArray(tasks.map((task) => task.initiator)),
    sparseArray(tasks.map((task) => task.sourceSystem)),
    sparseArray(tasks.map((task) => task.reason)),
    sparseArray(tasks.map((task) => (task.tags.length === 0 ? null : JSON.stringify(task.tags)))),
    plainArray(skips.map((skip) => skip.task.id)),
    plainArray(skips.map((skip) => skip.step)),
    plainArray(roots.map((root) => root.task.id)),
    plainArray(roots.map((root) => root.step)),
    plainArray(roots.map((root) => root.queue)),
    plainArray(roots.map((root) => root.task.priority)),
  ];
}

/** A column that hardly anybody fills in: unnest makes up the nulls of a list that is too short. */
function sparseArray(values: readonly (string | null)[]): SqlValue {
  return values.every((value) => value === null) ? '{}' : textArray(values);
}

const reserve: Statement = {
  name: 'reserve_task_keys',
  text: `insert into tasker.task_key (key, task_id, fingerprint)
         select decode(x.key, 'hex'), x.task, decode(x.fingerprint, 'hex')
           from unnest($1::text[], $2::uuid[], $3::text[]) x(key, task, fingerprint)
          order by 1
         on conflict (key) do nothing`,
};

const lookUp: Statement = {
  name: 'find_task_keys',
  text: `select x.task as wanted_by, k.task_id, encode(k.fingerprint, 'hex') as fingerprint
           from unnest($1::text[], $2::uuid[]) x(key, task)
           join tasker.task_key k on k.key = decode(x.key, 'hex')
          where k.task_id <> x.task`,
};

/** An identity that another task has. */
export interface TakenKey {
  /** The task that wanted it. */
  readonly wanted_by: string;
  readonly task_id: string;
  readonly fingerprint: string;
}

/**
 * Reserves the identities of tasks in the caller's transaction and returns those that others hold. Two submissions
 * of the same thing wait for each other here: the second sees the task of the first, or takes its place when the
 * first is rolled back.
 */
export async function reserveKeys(tx: Queryable, tasks: readonly NewTask[]): Promise<TakenKey[]> {
  const keyed = tasks.flatMap(({ id, identity }) => (identity ? [{ id, ...identity }] : []));
  if (keyed.length === 0) return [];
  const keys = plainArray(keyed.map((task) => task.key));
  const ids = plainArray(keyed.map((task) => task.id));
  await tx.query(reserve, [keys, ids, plainArray(keyed.map((task) => task.fingerprint))]);
  return tx.query<TakenKey>(lookUp, [keys, ids]);
}
