import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database, Queryable, Statement } from '../../src/postgres/database.ts';
import { databases } from '../servers/databases.ts';
import type { TestDatabase } from '../servers/test-database.ts';
import { judge } from './judge.ts';
import { simulate } from './simulate.ts';
import { prepareSubstrate, type Substrate } from './substrate.ts';

/**
 * A simulation that finds nothing proves something only if it finds what is there: each of these breaks the engine in
 * one place, and some seed has to notice.
 */
interface Mutation {
  readonly what: string;
  /** In the text of a function in the database, or of a statement by its name. */
  readonly where: { readonly function: string } | { readonly statement: string };
  /** Each must be found. */
  readonly replace: readonly (readonly [string | RegExp, string])[];
}

const mutations: readonly Mutation[] = [
  {
    what: 'Outcomes count although their lease is gone.',
    where: { function: 'advance' },
    replace: [
      [/if not p_checked and \(v_found < cardinality\(p_touched\) or v_revoked\)/, 'if false'],
      [/if not p_checked and \(v_found < cardinality\(p_closed\) or v_revoked\)/, 'if false'],
      [/(s_result, s_metadata\) x\(t, s, a, b, e, r, m\))/, '$1 on conflict do nothing'],
      [/(from o where o\.kind = 'error')/, '$1 on conflict do nothing'],
    ],
  },
  {
    what: 'A join opens when its first parent arrives.',
    where: { function: 'advance' },
    replace: [[/where c\.remaining = 0/, 'where c.remaining >= 0']],
  },
  {
    what: 'A join forgets arrivals.',
    where: { function: 'advance' },
    replace: [[/remaining = c\.remaining \+ excluded\.remaining - excluded\.parents/, 'remaining = c.remaining']],
  },
  {
    what: 'A blocked parent does not block a join.',
    where: { function: 'advance' },
    replace: [[/blocked = c\.blocked or excluded\.blocked/, 'blocked = excluded.blocked']],
  },
  {
    what: 'A skipped step stays in its lease.',
    where: { function: 'advance' },
    replace: [[/where o\.task = u\.task and o\.step = u\.step and o\.kind <> 'error'/, 'where false']],
  },
  {
    what: 'Nobody looks after lost workers.',
    where: { statement: 'find_lost_workers' },
    replace: [[/^[^]*$/, `select '[]'::jsonb as ids, null::float8 as next_ms`]],
  },
  {
    what: 'What was recorded before a lost answer is taken for open.',
    where: { statement: 'list_leases' },
    replace: [
      [
        /where not exists \(select 1 from tasker\.attempt a/,
        'where not exists (select 1 from tasker.attempt a where false and',
      ],
    ],
  },
  {
    what: 'Cancelling leaves running steps where they are.',
    where: { statement: 'revoke_steps' },
    replace: [[/^[^]*$/, 'select $1::uuid, $2::int[], $3::jsonb']],
  },
  {
    what: 'An operator leaves joins as they were.',
    where: { statement: 'drop_counters' },
    replace: [[/^[^]*$/, 'select $1::uuid']],
  },
  {
    what: 'A submission that is repeated after a lost answer opens its steps again.',
    where: { statement: 'insert_tasks' },
    replace: [[/on conflict \(id\) do nothing/, 'on conflict (id) do update set reason = excluded.reason']],
  },
];

const seedsAtMost = 80;
const inProcess = databases.find((kind) => !kind.concurrent);

let database: TestDatabase;
let substrate: Substrate;
beforeAll(async () => {
  if (inProcess === undefined) return;
  database = await inProcess.create();
  substrate = await prepareSubstrate(database);
});
afterAll(async () => {
  await substrate?.close();
  await database?.drop();
});

test.for(inProcess === undefined ? [] : mutations.map((mutation) => [mutation.what, mutation] as const))(
  '%s Some seed notices.',
  { timeout: 300_000 },
  async ([, mutation]) => {
    const broken = await mutate(substrate, mutation);
    try {
      expect(await firstNoticed(broken.substrate)).toBeDefined();
    } finally {
      await broken.restore();
    }
  },
);

/** The first seed whose simulation finds fault, and the fault. */
async function firstNoticed(broken: Substrate): Promise<string | undefined> {
  for (let seed = 1; seed <= seedsAtMost; seed += 1) {
    const [fault] = judge(await simulate(broken, seed));
    if (fault !== undefined) return `${seed}: ${fault}`;
  }
  return undefined;
}

async function mutate(
  intact: Substrate,
  { where, replace }: Mutation,
): Promise<{ substrate: Substrate; restore: () => Promise<void> }> {
  if ('statement' in where) {
    const rewrite = (statement: Statement) =>
      statement.name === where.statement ? { text: replaced(statement.text, replace) } : statement;
    return { substrate: { ...intact, db: rewriting(intact.db, rewrite) }, restore: () => Promise.resolve() };
  }
  const [row] = await intact.db.query<{ text: string }>(
    {
      text: `select pg_get_functiondef(('tasker.' || $1)::regproc) as text`,
    },
    [where.function],
  );
  if (row === undefined) throw new Error(`there is no function ${where.function}`);
  await intact.db.script(replaced(row.text, replace));
  return { substrate: intact, restore: () => intact.db.script(row.text) };
}

function replaced(text: string, replace: Mutation['replace']): string {
  return replace.reduce((before, [pattern, by]) => {
    const after = before.replace(pattern, by);
    if (after === before) throw new Error(`nothing matches ${pattern}`);
    return after;
  }, text);
}

function rewriting(db: Database, rewrite: (statement: Statement) => Statement): Database {
  const queryable = (on: Queryable): Queryable => ({
    query: (statement, values) => on.query(rewrite(statement), values),
    script: (text) => on.script(text),
  });
  return {
    ...queryable(db),
    kind: db.kind,
    schema: db.schema,
    transaction: (work) => db.transaction((tx) => work(queryable(tx))),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}
