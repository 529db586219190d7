// A long history, in minutes: a few hundred real tasks of every kind and fate, run by the engine itself, and then copied
// row by row under new ids and other times. So what is in the tables is what the engine leaves, to the last column; what
// differs from copy to copy is only what whoever submits a task may choose (initiator, tags, correlation id, key).
import pg from 'pg';

/** What history ends with, so that a database that was left behind can be used again. */
const marker = 'bench_history';
/** Tasks that one statement copies. */
const chunk = 20_000;
const days = 60;

/** Share: of all tasks. Templates without one have the few tasks at `rarePlaces`, or none at all. */
const templates = [
  { namespace: 'shop', name: 'place_order', version: '1.0.0', share: 0.2 },
  { namespace: 'shop', name: 'place_order', version: '1.1.0', share: 0.15 },
  { namespace: 'shop', name: 'place_order', version: '2.0.0', share: 0.15 },
  { namespace: 'shop', name: 'refund', version: '1.0.0', share: 0.1 },
  { namespace: 'billing', name: 'invoice', version: '1.0.0', share: 0.1 },
  { namespace: 'billing', name: 'invoice', version: '2.0.0', share: 0.1 },
  { namespace: 'billing', name: 'dunning', version: '1.0.0', share: 0.05 },
  ...Array.from({ length: 20 }, (_, n) => ({ namespace: 'ops', name: `job_${n}`, version: '1.0.0', share: 0.0075 })),
  { namespace: 'attic', name: 'once', version: '0.1.0', share: 0 },
  { namespace: 'empty', name: 'never', version: '0.0.1', share: 0 },
];

/** Of the tasks of each template. */
const fates = [
  { fate: 'error', share: 0.001 },
  { fate: 'cancelled', share: 0.0005 },
  { fate: 'resolved', share: 0.0001 },
  { fate: 'noted', share: 0.05 },
  { fate: 'complete', share: 0.9484 },
];

/** The places of what is rare, as parts of history: old, and far apart. */
const rarePlaces = [0.02, 0.11, 0.23, 0.37, 0.41];

/** What is to be found in it. Nobody but `importer` has the tag `bulk`, and no tag besides, and only in `shop`. */
export const historyOf = {
  rare: { namespace: 'attic', name: 'once', version: '0.1.0', initiator: 'archivist', tag: 'heirloom' },
  empty: { namespace: 'empty', name: 'never', version: '0.0.1' },
};

/** True when the database at `url` has a history of so many tasks already. */
export async function hasHistory(url, tasks) {
  const client = new pg.Client(url);
  try {
    await client.connect();
    const { rows } = await client.query(`select tasks from public.${marker}`);
    return rows[0]?.tasks === tasks;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** Makes a history of `tasks` finished tasks in the empty database at `url`; `open` more are not finished. */
export async function fillHistory(url, engine, { tasks, open, onProgress = () => {} }) {
  const definitions = templates.map((template) => define(engine, template));
  const tasker = await engine.createTasker({ database: url, tasks: definitions, worker: { concurrency: 200 } });
  const client = new pg.Client(url);
  await client.connect();
  try {
    const samples = await runSamples(tasker, definitions);
    await plan(client, samples, tasks);
    for (let from = 1; from <= tasks; from += chunk) {
      await copy(client, from, Math.min(from + chunk - 1, tasks));
      onProgress(Math.min(from + chunk - 1, tasks));
    }
    await park(tasker, open);
    await client.query(`create table public.${marker} as select $1::int as tasks`, [tasks]);
  } finally {
    await tasker.stop();
  }
  // as autovacuum and upkeep would have left tables that grew over weeks
  await client.query('vacuum (analyze)');
  while ((await client.query('select tasker.close_week() as week')).rows[0].week !== null);
  await client.query('checkpoint');
  await client.end();
}

/** Three steps. What becomes of a task stands in its context. */
function define(engine, { namespace, name, version }) {
  const fail = ({ input }) => {
    if (input.fate === 'error' || input.fate === 'resolved') {
      throw new engine.PermanentError('the card was declined', { code: 'DECLINED' });
    }
    if (input.fate === 'cancelled' || input.fate === 'parked') {
      throw new engine.RetryableError('come back later', { retryAfter: 3600 });
    }
    return { charged: input.total };
  };
  return engine
    .defineTask({ namespace, name, version })
    .step('check', { run: ({ input }) => ({ ok: true, total: input.total }) })
    .step('charge', {
      after: ['check'],
      more: { publishes_events: [{ name: `${name}.charged`, condition: 'success' }] },
      run: fail,
    })
    .step('ship', { after: ['charge'], run: () => ({ parcel: 'p-1', address: 'Main Street 1' }) });
}

/** One task of each template and fate, brought to its end by whoever brings such tasks to their end. */
async function runSamples(tasker, definitions) {
  const samples = [];
  let from = 0;
  for (const [index, { namespace, share }] of templates.entries()) {
    if (namespace === historyOf.empty.namespace) continue;
    let fateFrom = 0;
    for (const { fate, share: ofFate } of fates) {
      const id = await runSample(tasker, definitions[index], fate);
      const isRare = namespace === historyOf.rare.namespace;
      samples.push({ id, namespace, isRare, from, to: from + share, fateFrom, fateTo: fateFrom + ofFate });
      fateFrom += ofFate;
    }
    from += share;
  }
  return samples;
}

async function runSample(tasker, definition, fate) {
  const task = await tasker.submit(definition, { fate, total: 4200, items: ['book', 'pen'] });
  if (fate === 'cancelled') {
    await untilAttempted(tasker, task.id);
    await tasker.cancelTask(task.id, { actor: 'ops', reason: 'no longer wanted' });
  }
  await task.completed({ timeoutMs: 30_000 });
  if (fate === 'resolved') await tasker.resolveTask(task.id, { actor: 'ops', reason: 'settled by phone' });
  if (fate === 'noted') {
    await tasker.annotate(task.id, 'review', { verdict: 'fine', score: 7 });
  }
  return task.id;
}

async function untilAttempted(tasker, taskId) {
  for (;;) {
    const rows = await tasker.db.query({ text: 'select 1 from tasker.attempt where task_id = $1 and step = 1' }, [
      taskId,
    ]);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Leaves tasks open: half of them wait for another attempt, half have not begun (nobody serves their handlers). */
async function park(tasker, open) {
  await tasker.register({
    namespace_name: 'shop',
    name: 'unserved',
    version: '1.0.0',
    steps: [{ name: 'wait', handler: { callable: 'nobody.serves_this' } }],
  });
  for (let done = 0; done < open; done += 200) {
    const requests = Array.from({ length: Math.min(200, open - done) }, (_, n) =>
      n % 2 === 0
        ? { namespace: 'shop', name: 'unserved', context: {} }
        : { namespace: 'shop', name: 'place_order', version: '2.0.0', context: { fate: 'parked', total: 1 } },
    );
    await Promise.all(requests.map((request) => tasker.submit(request)));
  }
}

// A number from 0 to 1 that depends on nothing but the row and its purpose: the same history whenever it is made.
const dice = (salt) => `((hashint8extended(n, ${salt}) & 2147483647) / 2147483648.0)`;

async function plan(client, samples, tasks) {
  await client.query(
    `create table public.sample as
       select s.id, s.namespace, t.created_at as at, s."isRare" as rare, s."from" as f, s."to" as t, s."fateFrom" as ff, s."fateTo" as ft
         from jsonb_to_recordset($1::text::jsonb)
              s(id uuid, namespace text, "isRare" boolean, "from" float8, "to" float8, "fateFrom" float8, "fateTo" float8)
         join tasker.task t on t.id = s.id`,
    [JSON.stringify(samples)],
  );
  const rare = rarePlaces.map((place) => Math.max(1, Math.round(place * tasks)));
  await client.query('create table public.rare as select distinct unnest($1::int[]) as n', [rare]);
  await client.query(
    `create table public.span as
       select now() - $1 * interval '1 day' as since, $1 * interval '1 day' / $2 as step`,
    [days, tasks],
  );
  await client.query('select tasker.ensure_partitions(since, now()) from public.span');
}

const choiceSql = `
  create table public.choice as
    select c.n, c.at, c.id, s.id as source, c.at - s.at as later, c.rare, s.namespace = 'shop' as bulk
      from (select n, x.at, n in (select r.n from public.rare r) as rare,
                   (left(tasker.id_floor(x.at)::text, 14) || '7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-' || substr(h, 7, 7) || '00000')::uuid as id,
                   ${dice(1)} as which, ${dice(2)} as fate
              from generate_series($1::bigint, $2::bigint) g(n)
             cross join public.span p
             cross join lateral (select p.since + n * p.step as at, md5(n::text) as h) x) c
      join public.sample s on (case when c.rare then s.rare and s.ft > 0.99 else not s.rare and c.which >= s.f and c.which < s.t
                                                      and c.fate >= s.ff and c.fate < s.ft end)`;

const copySql = `
  insert into tasker.task (id, revision_id, priority, context, created_at, correlation_id, parent_correlation_id,
                           idempotency_key, initiator, source_system, reason, tags)
    select c.id, t.revision_id, t.priority, t.context, c.at,
           case when ${dice(3)} < 0.7 then 'c-' || n when ${dice(3)} < 0.72 then 'saga-7' end,
           case when ${dice(3)} between 0.7 and 0.72 and n % 50 <> 0 then 'saga-7' when ${dice(10)} < 0.05 then 'p-' || n / 100
                when ${dice(10)} < 0.06 then 'fleet' end,
           case when ${dice(4)} < 0.2 then 'k-' || n end,
           case when c.rare then 'archivist' when ${dice(5)} < 0.3 then 'nightly'
                when ${dice(5)} < 0.4 and c.bulk then 'importer' when ${dice(5)} < 0.95 then 'user-' || (${dice(6)} * 200)::int end,
           case when ${dice(7)} < 0.5 then 'web-shop' end, null,
           case when c.rare then '{heirloom}' when ${dice(5)} between 0.3 and 0.4 and c.bulk then '{bulk}' when ${dice(8)} < 0.5 then '{web}' when ${dice(8)} < 0.8 then '{batch}'
                when ${dice(8)} < 0.81 then '{vip,web}' when ${dice(8)} < 0.82 then '{web,promo}' end::text[]
      from public.choice c join tasker.task t on t.id = c.source order by c.id;
  insert into tasker.task_key (key, task_id, fingerprint)
    select sha256(('k-' || n)::bytea), c.id, sha256(c.id::text::bytea) from public.choice c where ${dice(4)} < 0.2;
  insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, retry_at, result, metadata, error)
    select c.id, a.step, a.attempt, a.outcome, a.worker, a.started_at + c.later, a.finished_at + c.later, a.retry_at + c.later,
           a.result, a.metadata, a.error
      from public.choice c join tasker.attempt a on a.task_id = c.source order by c.id, a.step, a.attempt;
  insert into tasker.task_outcome (task_id, state, finished_at)
    select c.id, o.state, o.finished_at + c.later from public.choice c join tasker.task_outcome o on o.task_id = c.source order by c.id;
  insert into tasker.action (task_id, step, kind, attempts, actor, reason, result, at, ended_as, ended_at)
    select c.id, a.step, a.kind, a.attempts, a.actor, a.reason, a.result, a.at + c.later, a.ended_as, a.ended_at + c.later
      from public.choice c join tasker.action a on a.task_id = c.source order by c.id, a.id;
  insert into tasker.annotation (task_id, name, value, annotated_at)
    select c.id, a.name, a.value || jsonb_build_object('score', (${dice(9)} * 10)::int), a.annotated_at + c.later
      from public.choice c join tasker.annotation a on a.task_id = c.source
    union all
    select c.id, 'heirloom', '{"from": "grandmother"}', c.at from public.choice c where c.rare;
  drop table public.choice;`;

async function copy(client, from, to) {
  await client.query('begin');
  // the planner knows nothing about tables made a moment ago
  await client.query('set local enable_nestloop = on');
  await client.query(choiceSql, [from, to]);
  await client.query('analyze public.choice');
  await client.query(copySql);
  await client.query('commit');
}
