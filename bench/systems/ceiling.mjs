// The ceiling: what PostgreSQL and one Node process can do with this very data layout (history inserted once, ready rows
// only for steps that wait for a worker, one lease row per batch, counters for joins), when nothing but the bare
// movement of steps is left. It runs under the same load as everything else, one promise per workflow, and batches what
// happens to arrive while the last call is under way.
//
// It does the full durable work of a step: submission of a task with a context, a ready row for its roots, a lease that
// fences, one history row with worker, times and result, joins counted down, an outcome per task, UUID ids, results
// checked.
//
// It leaves out everything else an engine owes: failures and retries, cancellation, deadlines, several workers (every
// parent's result is in this process's memory, so none is ever fetched), several templates and namespaces, priorities and
// limits in use, heartbeats and recovery of lost leases, identity of tasks, events, wake-ups, validation, views.
import pg from 'pg';
import { freshDatabase } from '../postgres.mjs';
import { runBody } from '../workloads.mjs';

/** Calls under way at a time, and steps handed out by one call: the best of those tried on two cores. */
const movers = 2;
const batchSize = 2000;

export default {
  version: () => 'bare SQL',
  note: `${movers} connections moving up to ${batchSize} steps a call, one connection submitting`,
  store: 'postgres',
  historyTables: ['attempt'],
  hotStatement: 'from advance(',

  async start(workload, { database = 'bench_ceiling' } = {}) {
    const url = await freshDatabase(database);
    const submitter = await connect(url);
    await submitter.query(schemaSql);

    /** Tasks that this process has submitted and not seen finished, by id. */
    const open = new Map();
    const wakeUp = createWakeUp();
    let pending = [];
    let submitting = false;
    let stopped = false;
    const connections = [submitter];
    const loops = [];
    for (let worker = 1; worker <= movers; worker++) {
      const connection = await connect(url);
      connections.push(connection);
      loops.push(move(connection, worker));
    }

    return {
      database,
      run(input) {
        return new Promise((resolve, reject) => {
          pending.push({ id: nextId(), input, results: new Array(workload.steps.length), resolve, reject });
          // Left to the end of the turn, so that submissions of the same turn travel together.
          if (pending.length === 1 && !submitting) setImmediate(submitAll);
        });
      },
      async park(count) {
        await submitter.query(parkSql, [Array.from({ length: count }, nextId)]);
      },
      async stop() {
        stopped = true;
        wakeUp.signal();
        await Promise.all(loops);
        await Promise.all(connections.map((connection) => connection.end()));
      },
    };

    function submitAll() {
      writeSubmissions().catch((error) => {
        for (const task of open.values()) task.reject(error);
      });
    }

    async function writeSubmissions() {
      submitting = true;
      while (pending.length > 0) {
        const tasks = pending;
        pending = [];
        for (const task of tasks) open.set(task.id, task);
        const contexts = tasks.map((task) => JSON.stringify({ input: task.input, customer: `c-${task.input}` }));
        const values = [list(tasks.map((task) => task.id)), textList(contexts), list(workload.roots)];
        await submitter.query({ name: 'submit', text: submitSql, values });
        wakeUp.signal();
      }
      submitting = false;
    }

    /** A worker's loop: record what it held, take what follows and what waits. */
    async function move(connection, worker) {
      let held = [];
      for (let lease = 1; !stopped; lease++) {
        const version = wakeUp.version();
        const outcomes = executeAll(held);
        const previous = held.length > 0 ? lease - 1 : null;
        const values = advanceValues(outcomes, worker, previous, lease);
        const { rows } = await connection.query({ name: 'advance', text: advanceSql, values });
        settle(outcomes);
        held = rows;
        // A full batch means that more may wait for the others.
        if (held.length === batchSize) wakeUp.signal();
        if (held.length === 0) await wakeUp.after(version);
      }
    }

    function executeAll(held) {
      return held.map(({ task_id: id, step: index, context }) => {
        const task = open.get(id);
        const step = workload.steps[index];
        const startedAt = new Date().toISOString();
        if (context !== null && context.input !== task.input) task.reject(new Error('the context got lost'));
        const parents = step.parents.map((parent) => task.results[parent]);
        task.results[index] = runBody(step, parents, task.input);
        return { task, step, startedAt };
      });
    }

    function advanceValues(outcomes, worker, previousLease, lease) {
      const opened = { tasks: [], steps: [], parentCounts: [] };
      for (const { task, step } of outcomes) {
        for (const child of step.children) {
          opened.tasks.push(task.id);
          opened.steps.push(child);
          opened.parentCounts.push(workload.steps[child].parents.length);
        }
      }
      const ends = outcomes.filter(({ step }) => step.index === workload.last);
      return [
        worker,
        previousLease,
        lease,
        list(outcomes.map(({ task }) => task.id)),
        list(outcomes.map(({ step }) => step.index)),
        textList(outcomes.map(({ startedAt }) => startedAt)),
        textList(outcomes.map(({ task, step }) => JSON.stringify(task.results[step.index]))),
        list(opened.tasks),
        list(opened.steps),
        list(opened.parentCounts),
        list(ends.map(({ task }) => task.id)),
        batchSize,
      ];
    }

    /** Only after the call's commit: what a caller has heard of is durable. */
    function settle(outcomes) {
      for (const { task, step } of outcomes) {
        if (step.index !== workload.last) continue;
        open.delete(task.id);
        task.resolve(task.results[step.index]);
      }
    }
  },
};

/** Plans are pinned: with statistics of tables that were empty a moment ago the planner would choose ruinous joins. */
async function connect(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`
    set plan_cache_mode = force_generic_plan; set enable_hashjoin = off; set enable_mergejoin = off;
    set enable_seqscan = off; set jit = off`);
  return client;
}

/** A signal that is never lost: who waits says which version it has already seen. */
function createWakeUp() {
  let version = 0;
  let waiting = [];
  return {
    version: () => version,
    signal() {
      version++;
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve();
    },
    after: (seen) => (seen === version ? new Promise((resolve) => waiting.push(resolve)) : undefined),
  };
}

let count = 0;
/** Ordered by time like UUID v7, with a counter where chance would be. */
function nextId() {
  const time = Date.now().toString(16).padStart(12, '0');
  const serial = (++count).toString(16).padStart(18, '0');
  const parts = [time.slice(0, 8), time.slice(8), `7${serial.slice(0, 3)}`, `8${serial.slice(3, 6)}`, serial.slice(6)];
  return parts.join('-');
}

// Array literals by hand take a third of the client's time that the driver's own conversion takes.
function list(values) {
  return `{${values.join(',')}}`;
}

function textList(values) {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const schemaSql = `
  create table task (
    id uuid primary key, template int not null, context jsonb not null, priority smallint not null default 0,
    correlation_id text, created_at timestamptz not null default now());
  create table task_outcome (
    task_id uuid primary key, state smallint not null, finished_at timestamptz not null);
  create table ready (
    task_id uuid not null, step smallint not null, attempt smallint not null default 1,
    queue int not null default 1, priority smallint not null default 0, run_at timestamptz not null default now(),
    primary key (task_id, step)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000);
  create index ready_next on ready (queue, priority desc, run_at);
  create table lease (
    worker int not null, seq bigint not null, since timestamptz not null default clock_timestamp(),
    tasks uuid[] not null, steps smallint[] not null, primary key (worker, seq));
  create table attempt (
    task_id uuid not null, step smallint not null, attempt smallint not null, outcome smallint not null,
    worker int not null, started_at timestamptz not null, finished_at timestamptz not null default clock_timestamp(),
    result jsonb, error jsonb, primary key (task_id, step, attempt));
  create table join_open (
    task_id uuid not null, step smallint not null, remaining int not null, primary key (task_id, step)
  ) with (fillfactor = 70);

  create function advance(
      p_worker int, p_held bigint, p_lease bigint,
      d_task uuid[], d_step smallint[], d_started timestamptz[], d_result jsonb[],
      c_task uuid[], c_step smallint[], c_parents smallint[], f_task uuid[], p_want int)
    returns table (task_id uuid, step smallint, context jsonb) language plpgsql as $f$
  #variable_conflict use_column
  declare
    v_task uuid[] := '{}'; v_step smallint[] := '{}';
    v_ready_task uuid[] := '{}'; v_ready_step smallint[] := '{}';
    v_room int;
  begin
    if p_held is not null then
      delete from lease where worker = p_worker and seq = p_held;
      if not found then raise exception 'lease % is lost', p_held; end if;
      insert into attempt (task_id, step, attempt, outcome, worker, started_at, result)
        select t, s, 1, 1, p_worker, b, r from unnest(d_task, d_step, d_started, d_result) v(t, s, b, r);
    end if;
    if cardinality(c_task) > 0 then
      with arrived as (
             select t, s, max(p) as parents, count(*)::int as n
               from unnest(c_task, c_step, c_parents) c(t, s, p) group by 1, 2),
           counted as (
             insert into join_open as j (task_id, step, remaining)
               select t, s, parents - n from arrived where parents > n order by 1, 2
             on conflict (task_id, step) do update
               set remaining = j.remaining + excluded.remaining
                 - (select a.parents from arrived a where a.t = j.task_id and a.s = j.step)
             returning j.task_id, j.step, j.remaining)
      select coalesce(array_agg(t), '{}'), coalesce(array_agg(s), '{}') into v_task, v_step
        from (select t, s from arrived where parents = n
              union all select task_id, step from counted where remaining = 0) x;
      if exists (select from unnest(c_parents) p where p > 1) then
        delete from join_open j using unnest(v_task, v_step) v(t, s) where j.task_id = v.t and j.step = v.s;
      end if;
      if cardinality(v_task) > p_want then
        insert into ready (task_id, step) select * from unnest(v_task[p_want + 1:], v_step[p_want + 1:]);
        v_task := v_task[1:p_want]; v_step := v_step[1:p_want];
      end if;
    end if;
    if cardinality(f_task) > 0 then
      insert into task_outcome (task_id, state, finished_at) select t, 3, clock_timestamp() from unnest(f_task) f(t);
    end if;
    v_room := p_want - cardinality(v_task);
    if v_room > 0 then
      with taken as (
        delete from ready r where r.ctid = any (array(
          select q.ctid from ready q where q.queue = 1 and q.run_at <= now()
           order by q.queue, q.priority desc, q.run_at limit v_room for update skip locked))
        returning r.task_id, r.step)
      select coalesce(array_agg(taken.task_id), '{}'), coalesce(array_agg(taken.step), '{}')
        into v_ready_task, v_ready_step from taken;
    end if;
    if cardinality(v_task) + cardinality(v_ready_task) > 0 then
      insert into lease (worker, seq, tasks, steps)
        values (p_worker, p_lease, v_task || v_ready_task, v_step || v_ready_step);
    end if;
    return query
      select v.t, v.s, null::jsonb from unnest(v_task, v_step) v(t, s)
      union all
      select v.t, v.s, k.context from unnest(v_ready_task, v_ready_step) v(t, s) join task k on k.id = v.t;
  end $f$`;

const submitSql = `
  with tasks as (insert into task (id, template, context) select t, 1, c from unnest($1::uuid[], $2::jsonb[]) v(t, c))
  insert into ready (task_id, step) select t, s from unnest($1::uuid[]) t, unnest($3::smallint[]) s`;

const parkSql = `
  with tasks as (insert into task (id, template, context) select t, 1, '{}' from unnest($1::uuid[]) t)
  insert into ready (task_id, step, run_at) select t, 0, now() + interval '1 day' from unnest($1::uuid[]) t`;

const advanceSql = `select task_id, step, context from advance($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`;
