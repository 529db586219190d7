import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { intercept } from '../../test/scenarios/intercept.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import type { TestDatabase } from '../../test/servers/test-database.ts';
import type { Database, SqlValue } from '../postgres/database.ts';
import { closeWeeks } from '../upkeep/close-weeks.ts';
import { listTasks, pageStatement, pinKeptPlans, pinPlans } from './list-tasks.sql.ts';
import type { TaskFilter } from './task-search.ts';
import { weeksApart } from './weeks-apart.sql.ts';

const finished = 20_000;
const open = 2_000;
const weeks = 10;

/** Rows of history that a page of 20 may look at, whatever the history is long. */
const rowsLimit = 4_500;

/** What each filter finds; all of it far apart in history, so that looking without an index would take long. */
const filters: readonly (TaskFilter & { finds?: number; reads?: number })[] = [
  {},
  { status: 'complete' },
  { status: 'error' },
  { status: 'cancelled' },
  { status: 'resolved_manually', finds: 0 },
  { status: 'pending' },
  { status: 'in_progress' },
  { namespace: 'busy' },
  { name: 'rare', finds: 5 },
  { name: 'rare', status: 'complete', finds: 5 },
  { name: 'rare', status: 'pending', finds: 0 },
  { name: 'rare', status: 'in_progress', finds: 0 },
  { name: 'busy', status: 'complete' },
  { name: 'busy', status: 'pending' },
  { name: 'busy', status: 'in_progress' },
  { namespace: 'none', finds: 0 },
  { version: '0.1.0' },
  { tag: 'rare', finds: 5 },
  { tag: 'rare', status: 'complete', finds: 5 },
  { tag: 'rare', status: 'pending', finds: 0 },
  { tag: 'none', finds: 0 },
  { initiator: 'rare', finds: 5 },
  { initiator: 'rare', status: 'complete', finds: 5 },
  { initiator: 'rare', status: 'in_progress', finds: 0 },
  { initiator: 'busy' },
  { initiator: 'busy', status: 'pending' },
  { correlationId: 'c-1', finds: 1 },
  { correlationId: 'none', finds: 0 },
  { correlationId: 'none', namespace: 'busy', finds: 0 },
  { correlationId: 'c-1', tag: 'busy', status: 'error', finds: 0 },
  { namespace: 'busy', tag: 'rare', finds: 0 },
  { namespace: 'busy', initiator: 'rare', finds: 0 },
  { namespace: 'rare', tag: 'busy', status: 'complete', finds: 0 },
  { initiator: 'busy', tag: 'rare', finds: 0 },
  // common each, and never together: only the weeks that are not closed are looked through
  { tag: 'left', initiator: 'right', finds: 0, reads: 6000 },
  { tag: 'left', initiator: 'right', status: 'complete', finds: 0, reads: 6000 },
  { tag: 'left', namespace: 'rare', finds: 0 },
  // each is counted to a thousand, and then two thousand tasks are asked for all of them
  { initiator: 'busy', tag: 'busy', namespace: 'busy', status: 'complete', reads: 15_000 },
  { correlationId: 'c-1', status: 'complete', finds: 1 },
  { correlationId: '01a1f779-346e-76a1-9ee7-0b5664f00000', finds: 0 },
  { parentCorrelationId: 'root', finds: 2 },
  { parentCorrelationId: 'root', correlationId: 'c-7', finds: 1 },
  { parentCorrelationId: 'root', status: 'error', finds: 0 },
  { parentCorrelationId: 'none', finds: 0 },
  { parentCorrelationId: 'saga' },
  { parentCorrelationId: 'saga', tag: 'left', reads: 10_000 },
  { parentCorrelationId: 'saga', namespace: 'rare', finds: 0 },
  { createdAfter: at(weeks / 2), createdBefore: at(weeks / 2 + 0.01) },
  { createdBefore: at(weeks / 2), status: 'complete' },
  { q: 'rare', finds: 5 },
  { q: 'c-1', finds: 1 },
  { q: 'busy' },
  { q: 'nothing', finds: 0 },
  { annotation: { name: 'common' } },
  { annotation: { name: 'common', key: 'kind', value: 'usual' } },
  { annotation: { name: 'common', key: 'kind', value: 'rare' }, finds: 5 },
  { annotation: { name: 'common', value: { kind: 'rare' } }, finds: 5 },
  { annotation: { name: 'common', key: 'kind', value: 'none' }, finds: 0 },
  { annotation: { name: 'none' }, finds: 0 },
  { annotation: { name: 'rare' }, finds: 5 },
  // the newest of these are of tasks that are open
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, status: 'complete', reads: 6000 },
  { annotation: { name: 'common', key: 'kind', value: 'rare' }, status: 'complete', finds: 5 },
  { annotation: { name: 'common', key: 'kind', value: 'rare' }, status: 'pending', finds: 0 },
  { annotation: { name: 'common' }, name: 'rare', finds: 5 },
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, namespace: 'busy', initiator: 'busy', reads: 12_000 },
  { annotation: { name: 'common' }, correlationId: 'c-1', finds: 1 },
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, namespace: 'busy' },
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, tag: 'left' },
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, initiator: 'right' },
  { annotation: { name: 'common', key: 'kind', value: 'usual' }, tag: 'left', status: 'complete', reads: 13_000 },
  { annotation: { name: 'common' }, namespace: 'rare', finds: 5 },
];

describeEachDatabase((kind) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await kind.create();
    await fill(database.db);
  });
  afterAll(() => database.drop());

  const both = filters.flatMap((filter) => (['desc', 'asc'] as const).map((order) => ({ order, ...filter })));
  it.each(both)(
    'SURF-01 SURF-02 a page is read off an index: %j',
    async ({ order, finds = 20, reads = rowsLimit, ...filter }) => {
      const { tasks } = await listTasks(database.db, filter, { first: order === 'asc' ? 'oldest' : 'newest' });
      expect(tasks).toHaveLength(finds);
      const place = { cursor: undefined, order, weeksApart: await weeksApart(database.db, filter) };
      const { text, values } = pageStatement(filter, { limit: 21, offset: 0, ...place });
      expect(await historyRowsRead(database.db, text, values)).toBeLessThan(reads);
      if (place.weeksApart.length > 0) return;
      expect(await historyRowsReadAgain(database.db, text, values)).toBeLessThan(reads);
    },
  );

  it('what is asked often is planned once, and finds the same', async () => {
    const seen: (string | undefined)[] = [];
    const db = intercept(database.db, async ({ name }, run) => {
      seen.push(name);
      return run();
    });
    for (const filter of [{ initiator: 'rare' }, { initiator: 'busy' }, { initiator: 'none' }, { initiator: 'rare' }]) {
      const limit = filter.initiator === 'busy' ? 3 : 20;
      const { tasks } = await listTasks(db, filter, { limit });
      expect(tasks).toHaveLength({ rare: 5, busy: 3, none: 0 }[filter.initiator] ?? 0);
    }
    const named = seen.filter((name) => name?.startsWith('list_tasks_'));
    expect(named).toHaveLength(2);
    expect(new Set(named).size).toBe(1);
    // of these the plan depends on what is asked
    const apart = { tag: 'left', initiator: 'right' };
    for (let i = 0; i < 4; i++) await listTasks(db, apart);
    expect(seen.filter((name) => name?.startsWith('list_tasks_'))).toHaveLength(2);
  });

  it('a page in the middle of history costs as much as the first', async () => {
    const [middle] = await database.db.query<{ id: string }>({
      text: `select id from tasker.task order by id offset ${finished / 2} limit 1`,
    });
    for (const filter of [{}, { status: 'complete' }, { initiator: 'busy' }, { namespace: 'busy' }] as const) {
      const { text, values } = pageStatement(filter, {
        limit: 21,
        cursor: middle?.id,
        offset: 0,
        order: 'desc',
        weeksApart: [],
      });
      expect(await historyRowsRead(database.db, text, values)).toBeLessThan(rowsLimit);
      expect(await historyRowsReadAgain(database.db, text, values)).toBeLessThan(rowsLimit);
    }
  });

  it.each(['tasks', 'workflow_steps', 'workflow_step_edges', 'step_transitions', 'task_transitions'])(
    'the view %s looks at the task that is asked for and no other',
    async (view) => {
      const [task] = await database.db.query<{ id: string }>({
        text: 'select id from tasker.task order by id limit 1',
      });
      const text = `select * from tasker.${view} where task_id = $1`;
      expect((await database.db.query({ text }, [task?.id ?? null])).length).toBeGreaterThan(0);
      expect(await historyRowsRead(database.db, text, [task?.id ?? null])).toBeLessThan(20);
    },
  );
});

function at(week: number): Date {
  return new Date(Date.UTC(2030, 0, 1) + week * 7 * 86_400_000);
}

/** Tasks of two steps, spread over weeks: the newest are open, the oldest are what is rare. */
async function fill(db: Database): Promise<void> {
  const engine = await engineByHand(db, at(weeks));
  const busy = await engine.register(
    sketchTemplate({ a: {}, b: { after: ['a'] } }, { namespace: 'busy', name: 'busy' }),
  );
  const rare = await engine.register(
    sketchTemplate({ a: {}, b: { after: ['a'] } }, { namespace: 'rare', name: 'rare' }),
  );
  await engine.addWorker();
  await db.script(`
    select tasker.ensure_partitions('2030-01-01', '2030-03-20');
    create table public.seed as
      select n, at, (left(tasker.id_floor(at)::text, 14) || '7000-8000-' || lpad(to_hex(n), 7, '0') || '00000')::uuid as id,
             case when n > ${finished} then 'open' when n % 100 = 50 then 'error' when n % 500 = 33 then 'cancelled' else 'complete' end as fate
        from generate_series(1, ${finished + open}) n
       cross join lateral (select timestamptz '2030-01-01Z' + n * interval '${weeks} weeks' / ${finished + open} as at) x;
    insert into tasker.task (id, revision_id, context, created_at, initiator, correlation_id, parent_correlation_id, tags)
      select id, case when n <= 5 then ${rare.revisionId} else ${busy.revisionId} end, '{}', at,
             case when n <= 5 then 'rare' when n % 3 = 2 then 'right' else 'busy' end, case when n % 10 = 0 then 'saga' else 'c-' || n end,
             case when n in (7, 9000) then 'root' when n % 10 = 0 and n % 100 > 0 then 'saga' end,
             case when n <= 5 then '{rare}' when n % 3 = 1 then '{busy,left}' else '{busy}' end::text[]
        from public.seed;
    insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, error)
      select s.id, x.step, 1, case when s.fate = 'error' then 'error' else 'complete' end::tasker.attempt_outcome, 1, s.at, s.at,
             case when s.fate = 'error' then '{}'::jsonb end
        from public.seed s, generate_series(0, 1) x(step) where s.fate = 'complete' or (s.fate = 'error' and x.step = 0);
    insert into tasker.task_outcome select id, fate::tasker.task_state, at from public.seed where fate <> 'open';
    -- the oldest of the open ones have begun: every third waits for its second step, or for another attempt
    insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, retry_at, error)
      select id, 0, 1, case when n % 3 = 0 then 'complete' else 'error' end::tasker.attempt_outcome, 1, at, at,
             case when n % 3 = 0 then null else at end, case when n % 3 = 0 then null else '{}'::jsonb end
        from public.seed where fate = 'open' and n <= ${finished + 100};
    insert into tasker.ready (task_id, step, attempt, queue, priority, waiting, due_at)
      select id, case when begun and n % 3 = 0 then 1 else 0 end, case when begun and n % 3 <> 0 then 2 else 1 end, ${busy.queues[0]}, 0, false, at
        from (select *, n <= ${finished + 100} as begun from public.seed) s where fate = 'open';
    insert into tasker.annotation (task_id, name, value, annotated_at)
      select id, 'common', jsonb_build_object('kind', case when n <= 5 then 'rare' else 'usual' end), at from public.seed
       union all select id, 'rare', '1', at from public.seed where n <= 5;
    drop table public.seed;
    analyze;
  `);
  await closeWeeks(db);
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows of the tables that grow a statement looked at. */
async function historyRowsRead(db: Database, text: string, values: readonly SqlValue[]): Promise<number> {
  const [row] = await db.transaction(async (tx) => {
    await tx.query(pinPlans);
    return tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({ text: `explain (analyze, format json) ${text}` }, values);
  });
  if (row === undefined) throw new Error('no plan');
  return rowsRead(row['QUERY PLAN'][0].Plan);
}

/** The same by a plan that is kept, and knows none of the values. */
async function historyRowsReadAgain(db: Database, text: string, values: readonly SqlValue[]): Promise<number> {
  const given = values.map((value) => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`));
  const [row] = await db.transaction(async (tx) => {
    await tx.query(pinKeptPlans);
    await tx.script(`prepare page as ${text}`);
    const rows = await tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
      text: `explain (analyze, format json) execute page(${given.join()})`,
    });
    await tx.script('deallocate page');
    return rows;
  });
  if (row === undefined) throw new Error('no plan');
  return rowsRead(row['QUERY PLAN'][0].Plan);
}

function rowsRead(node: PlanNode): number {
  const history = /^(task|task_outcome|attempt|action|annotation)_\d{8}/.test(
    node['Relation Name'] ?? node['Index Name'] ?? '',
  );
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = node;
  const own = history ? (node['Actual Rows'] + filtered + rechecked) * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), own);
}
