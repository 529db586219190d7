import pg from 'pg';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { type EngineByHand, engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase, describeOneDatabase, type TestDatabaseKind } from '../../test/servers/databases.ts';
import { listTasks, type TaskFilter } from '../index.ts';
import type { Database } from '../postgres/database.ts';
import { setDatabaseTime } from '../testing/settable-clock.ts';
import { closeWeeks } from '../upkeep/close-weeks.ts';
import { dropHistory } from '../upkeep/drop-history.ts';
import { weeksApart } from './weeks-apart.sql.ts';

const dayMs = 86_400_000;
// a Thursday, with which weeks of history begin
const begin = Date.UTC(2030, 0, 3);
const week = (n: number) => begin + n * 7 * dayMs;
const tasksPerWeek = 1800;

/** An empty week, and three of tasks of three templates; what goes together is different in each. `lone` is a tag of few. */
async function history(kind: TestDatabaseKind) {
  const { db, url } = await kind.fresh();
  const engine = await engineByHand(db, new Date(begin));
  const ids: number[] = [];
  for (const namespace of ['a', 'b', 'c']) {
    ids.push((await engine.register(sketchTemplate({ first: {} }, { namespace, name: namespace }))).revisionId);
  }
  await db.script(`
    insert into tasker.task (id, revision_id, context, created_at, initiator, tags)
      select (left(tasker.id_floor(at)::text, 14) || '7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
             ('{${ids.join()}}'::int[])[1 + n % 3], '{}', at,
             case when n % 6 < 2 then 'anna' when n % 6 < 4 then 'bert' end,
             case when n = 700 then '{lone}' when (n + w) % 3 = 0 then '{red}' when (n + w) % 3 = 1 then '{blue,green}' end::text[]
        from generate_series(0, 2) w, generate_series(0, ${tasksPerWeek} - 1) n
       cross join lateral (select to_timestamp(${begin / 1000}) + w * interval '7 days' + n * interval '5 minutes' as at) x;
    insert into tasker.annotation (task_id, name, value, annotated_at)
      select id, 'note', jsonb_build_object('kind', ascii(right(id::text, 1)) % 4), created_at from tasker.task
       where ascii(right(id::text, 1)) % 2 = 0;
    insert into tasker.task_outcome select id, 'complete', created_at from tasker.task;
    analyze`);
  await setDatabaseTime(db, new Date(week(3) + dayMs));
  return { engine, db, url };
}

interface Row {
  readonly id: string;
  readonly initiator: string | null;
  readonly tags: readonly string[];
  readonly namespace: string;
  /** Of its annotation, if it has one. */
  readonly kind: number | null;
}

async function rowsOf(db: Database): Promise<Row[]> {
  return db.query<Row>({
    text: `select t.id, t.initiator, coalesce(t.tags, '{}') as tags, n.name as namespace, (a.value -> 'kind')::int as kind
             from tasker.task t left join tasker.annotation a on a.task_id = t.id join tasker.revision r on r.id = t.revision_id
             join tasker.template m on m.id = r.template_id join tasker.namespace n on n.id = m.namespace_id
            order by t.id desc`,
  });
}

const matches = ({ initiator, tag, namespace, annotation }: TaskFilter, row: Row) =>
  (initiator === undefined || row.initiator === initiator) &&
  (tag === undefined || row.tags.includes(tag)) &&
  (namespace === undefined || row.namespace === namespace) &&
  (annotation === undefined || (row.kind !== null && row.kind === (annotation.value ?? row.kind)));

const initiators = ['anna', 'bert', undefined];
const tags = ['red', 'blue', 'green', 'lone', undefined];
const namespaces = ['a', 'b', 'c', undefined];
const annotations = [{ name: 'note' }, { name: 'note', key: 'kind', value: 2 }];
const filters: readonly TaskFilter[] = initiators.flatMap((initiator) =>
  tags.flatMap((tag) => namespaces.map((namespace) => ({ initiator, tag, namespace }))),
);

async function expectRightLists(db: Database, asked = filters): Promise<void> {
  const rows = await rowsOf(db);
  for (const filter of asked) {
    const wanted = rows.filter((row) => matches(filter, row)).map(({ id }) => id);
    const newest = await listTasks(db, filter, { limit: 100 });
    expect(newest.tasks.map(({ taskId }) => taskId)).toEqual(wanted.slice(0, 100));
    const oldest = await listTasks(db, filter, { limit: 10, first: 'oldest' });
    expect(oldest.tasks.map(({ taskId }) => taskId)).toEqual(wanted.toReversed().slice(0, 10));
  }
}

/** Weeks of which it is known that no task has both, by what the tasks are. */
async function expectApart(db: Database, filter: TaskFilter, weeks: readonly number[]): Promise<void> {
  expect(await weeksApart(db, filter)).toEqual(weeks.map(week));
}

describeEachDatabase((kind) => {
  let db: Database;
  let engine: EngineByHand;

  beforeEach(async () => {
    ({ db, engine } = await history(kind));
  });

  it('SURF-02 closed weeks are passed over where no task has two of the filters, and no task is missed', async () => {
    await expectApart(db, { tag: 'red', namespace: 'b' }, []);
    expect(await closeWeeks(db)).toBe(4);
    await expectApart(db, { tag: 'red', namespace: 'b' }, [0, 1]);
    await expectApart(db, { initiator: 'anna', namespace: 'c' }, [0, 1, 2]);
    await expectApart(db, { initiator: 'anna', tag: 'red' }, [1]);
    // who knows what is only in one of a thousand
    await expectApart(db, { initiator: 'anna', tag: 'lone' }, []);
    // one filter has nothing to be apart from
    await expectApart(db, { tag: 'red', status: 'complete' }, []);
    await expectRightLists(db);
    expect(await closeWeeks(db)).toBe(0);
  });

  it('an annotation is found beside other filters, also where two of these are apart', async () => {
    await closeWeeks(db);
    await expectRightLists(
      db,
      filters.flatMap((filter) => annotations.map((annotation) => ({ ...filter, annotation }))),
    );
  });

  it('a task that comes into a closed week, or gets other tags there, is found', async () => {
    await closeWeeks(db);
    const [edited] = (await rowsOf(db)).filter((row) => row.initiator === 'anna' && row.namespace === 'a');
    await expectApart(db, { tag: 'blue', namespace: 'a' }, [0, 2]);
    await engine.control.editTask(edited?.id ?? '', { tags: ['blue', 'new'] });
    await expectApart(db, { tag: 'blue', namespace: 'a' }, [0]);
    await expectApart(db, { tag: 'green', namespace: 'a' }, [0, 2]);
    await db.script(`
      insert into tasker.task (id, revision_id, context, created_at, initiator, tags)
        select (left(t.id::text, 24) || 'ffffffffffff')::uuid, t.revision_id, '{}', t.created_at, t.initiator, '{green}'
          from (select * from tasker.task where initiator = 'anna' and tags @> '{red}' order by id limit 1) t`);
    await expectApart(db, { tag: 'green', namespace: 'a' }, [2]);
    await expectRightLists(db);
  });

  it('what tasks had together goes with them', async () => {
    await closeWeeks(db);
    await setDatabaseTime(db, new Date(week(4)));
    await dropHistory(db, 14);
    await expectApart(db, { initiator: 'anna', namespace: 'c' }, [2]);
    await expectRightLists(db);
  });
});

describeOneDatabase((kind) => {
  it('a week is closed when it has been over for a day', async () => {
    const { db } = await history(kind);
    await setDatabaseTime(db, new Date(week(2) + dayMs - 1));
    expect(await closeWeeks(db)).toBe(2);
    await setDatabaseTime(db, new Date(week(2) + dayMs));
    expect(await closeWeeks(db)).toBe(1);
    await expectApart(db, { initiator: 'anna', namespace: 'c' }, [0, 1]);
  });

  it('a week that somebody writes to is left to the next time, and what was written is found', async () => {
    const { db, url } = await history(kind);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    await client.query(`update tasker.task_20300103 set tags = '{red}' where tags = '{lone}'`);
    expect(await closeWeeks(db)).toBe(3);
    await expectApart(db, { initiator: 'anna', namespace: 'c' }, [1, 2]);
    await client.query('commit');
    expect(await closeWeeks(db)).toBe(1);
    // number 700 is of b
    await expectApart(db, { tag: 'red', namespace: 'b' }, [1]);
    await expectRightLists(db);
  });

  it('several processes close every week once', async () => {
    const { db } = await history(kind);
    const closed = await Promise.all([1, 2, 3, 4].map(() => closeWeeks(db)));
    // one may have left to another what that had in hand
    expect(closed.reduce((sum, each) => sum + each, 0)).toBe(4);
    await expectRightLists(db);
  });
});
