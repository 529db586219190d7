import type { Queryable } from '../../src/postgres/database.ts';

/**
 * Everything that changed in history and frontier, commit by commit, written by the database itself: triggers that
 * fire at the end of each transaction. So the simulation can be judged after every commit, and by nothing that the
 * engine says about itself.
 */
export interface JournalRow {
  /** Ascending; rows of one commit stand together. */
  readonly n: number;
  /** What the database's clock said at the commit, in microseconds since 1970. */
  readonly time: number;
  readonly commit: string;
  readonly change: Change;
}

/** A row that was inserted (no `before`), updated, or deleted (no `after`). */
export type Change =
  | Changed<'task', { id: string; revision_id: number }>
  | Changed<'task_outcome', OutcomeRow>
  | Changed<'attempt', AttemptRow>
  | Changed<'action', ActionRow>
  | Changed<'ready', ReadyRow>
  | Changed<'lease', LeaseRow>
  | Changed<'join_counter', CounterRow>
  | Changed<'step_edit', EditRow>;

interface Changed<Table extends string, Row> {
  readonly table: Table;
  readonly before: Row | null;
  readonly after: Row | null;
}

export interface OutcomeRow {
  readonly task_id: string;
  readonly state: 'complete' | 'error' | 'cancelled' | 'resolved_manually';
}

export interface AttemptRow {
  readonly task_id: string;
  readonly step: number;
  readonly attempt: number;
  readonly outcome: 'complete' | 'error' | 'cancelled';
  readonly worker: number;
  readonly started_at: string;
  readonly finished_at: string;
  readonly retry_at: string | null;
  readonly result: unknown;
}

export interface ActionRow {
  readonly task_id: string;
  readonly step: number | null;
  readonly kind: 'cancel' | 'retry' | 'resolve' | 'skip' | 'edit';
  readonly attempts: number;
  readonly result: unknown;
}

export interface ReadyRow {
  readonly task_id: string;
  readonly step: number;
  readonly attempt: number;
  readonly queue: number;
  readonly waiting: boolean;
  readonly due_at: string;
}

export interface LeaseRow {
  readonly worker: number;
  readonly seq: number;
  readonly tasks: readonly string[];
  readonly steps: readonly number[];
  readonly attempts: readonly number[];
}

export interface CounterRow {
  readonly task_id: string;
  readonly step: number;
  readonly parents: number;
  readonly remaining: number;
  readonly blocked: boolean;
}

export interface EditRow {
  readonly task_id: string;
  readonly step: number;
  readonly skip: boolean;
}

/** What a handler wrote in the transaction that completes its step. */
export interface LedgerRow {
  readonly task_id: string;
  readonly step: number;
  readonly run: number;
}

const tables: readonly Change['table'][] = [
  'task',
  'task_outcome',
  'attempt',
  'action',
  'ready',
  'lease',
  'join_counter',
  'step_edit',
];

/** In a database made for tests, whose clock is settable. */
export async function installJournal(db: Queryable): Promise<void> {
  await db.script(`
    create table tasker.journal (
      n bigint generated always as identity primary key,
      time bigint not null,
      commit text not null,
      change jsonb not null
    );
    create table tasker.ledger (task_id uuid not null, step text not null, run int not null);
    create function tasker.write_journal() returns trigger language plpgsql as $$
    begin
      insert into tasker.journal (time, commit, change)
      select c.last_value, pg_current_xact_id()::text, jsonb_build_object(
        'table', tg_argv[0],
        'before', case when tg_op <> 'INSERT' then to_jsonb(old) end,
        'after', case when tg_op <> 'DELETE' then to_jsonb(new) end)
        from tasker.settable_clock c;
      return null;
    end
    $$;
  `);
  for (const table of tables) {
    await db.script(`
      create constraint trigger journal after insert or update or delete on tasker.${table}
        deferrable initially deferred for each row execute function tasker.write_journal('${table}')`);
  }
}

export async function readJournal(db: Queryable): Promise<JournalRow[]> {
  return db.query<JournalRow>({ text: 'select n, time, commit, change from tasker.journal order by n' });
}

export async function readLedger(db: Queryable): Promise<LedgerRow[]> {
  return db.query<LedgerRow>({
    text: `select g.task_id, s.step, g.run from tasker.ledger g
             join tasker.task t on t.id = g.task_id
             join tasker.revision_step s on s.revision_id = t.revision_id and s.name = g.step`,
  });
}

/** Empties everything that a simulation fills, and begins to count anew. */
export async function emptyDatabase(db: Queryable): Promise<void> {
  const catalogue = 'tasker.worker, tasker.template, tasker.revision, tasker.revision_step, tasker.revision_edge';
  const rest = 'tasker.queue, tasker.task_key, tasker.journal, tasker.ledger';
  await db.script(
    `truncate ${catalogue}, ${rest}, ${tables.map((table) => `tasker.${table}`).join(', ')} restart identity`,
  );
}
