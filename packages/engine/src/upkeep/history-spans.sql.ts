import type { Database, Queryable, Statement } from '../postgres/database.ts';

/** A week of history: one partition of each history table. */
export interface HistorySpan {
  /** The day it begins, as in the names of its tables: `YYYYMMDD`. */
  readonly suffix: string;
  readonly tables: readonly {
    readonly parent: string;
    readonly attached: boolean;
    /** Its removal was interrupted half-way. */
    readonly detaching: boolean;
  }[];
}

const spans: Statement = {
  text: `select x.suffix,
                jsonb_agg(jsonb_build_object('parent', x.parent, 'attached', i.inhrelid is not null,
                                             'detaching', coalesce(i.inhdetachpending, false)) order by x.parent) as tables
           from (select c.oid, right(c.relname, 8) as suffix, left(c.relname, -9) as parent
                   from pg_catalog.pg_class c
                  where c.relnamespace = (select relnamespace from pg_catalog.pg_class where oid = 'tasker.task'::regclass)
                    and c.relkind = 'r' and c.relname ~ '^(task|task_outcome|attempt|action|annotation)_[0-9]{8}$') x
           left join pg_catalog.pg_inherits i on i.inhrelid = x.oid
          where to_date(x.suffix, 'YYYYMMDD') + 7 <= (tasker.now() at time zone 'utc')::date - $1::int
          group by x.suffix order by x.suffix`,
};

/** Weeks that ended more than `retentionDays` ago, oldest first. */
export async function listSpans(db: Queryable, retentionDays: number): Promise<HistorySpan[]> {
  return db.query<HistorySpan>(spans, [retentionDays]);
}

/** Whether a task of that week has not ended. */
export async function hasOpenTasks(db: Queryable, span: HistorySpan): Promise<boolean> {
  if (!span.tables.some(({ parent, attached }) => parent === 'task' && attached)) return false;
  const [row] = await db.query<{ open: boolean }>({
    text: `select exists (select 1 from tasker.task_${span.suffix} t
                           where not exists (select 1 from tasker.task_outcome o where o.task_id = t.id)) as open`,
  });
  return row?.open ?? false;
}

const before = (table: string): Statement => ({
  text: `delete from tasker.${table}
          where task_id < tasker.id_floor((to_date($1, 'YYYYMMDD') + 7)::timestamp at time zone 'utc')`,
});

const pairs: Statement = {
  text: `delete from tasker.together where week <= to_date($1, 'YYYYMMDD')::timestamp at time zone 'utc'`,
};

/** What is kept of the tasks that go outside the partitions: identities, step edits, what they had together. */
export async function deleteRowsBefore(db: Queryable, span: HistorySpan): Promise<void> {
  await db.query(before('task_key'), [span.suffix]);
  await db.query(before('step_edit'), [span.suffix]);
  await db.query(pairs, [span.suffix]);
}

export async function dropSpan(db: Database, span: HistorySpan): Promise<void> {
  for (const { parent, attached, detaching } of span.tables) {
    const table = `tasker.${parent}_${span.suffix}`;
    const how = detaching ? 'finalize' : 'concurrently';
    // Each a statement of its own: detaching concurrently works in no transaction. With names, so that they give up
    // waiting after a while; the server goes on, and the next round finds it done or finishes it.
    const detach = {
      name: `detach_${parent}_${span.suffix}`,
      text: `alter table tasker.${parent} detach partition ${table} ${how}`,
    };
    if (attached) await db.query(detach);
    await db.query({ text: `drop table ${table}` });
  }
}
