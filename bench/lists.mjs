// Lists over a long history: every list and filter of the API with a million finished tasks in the database, beside a
// request for one task by its id over the same connection.
//
//   node lists.mjs [--tasks 1000000] [--open 4000] [--rounds 60] [--database bench_lists] [--only TEXT] [--out FILE.jsonl]
//   node lists-report.mjs FILE.jsonl SURFACES.md       the section about lists again, from the last of the raw lines
//
// The history is made first (history.mjs; some minutes), unless the database at BENCH_DATABASE_URL has it already.
// Requests take turns: every round asks every one of them once, with other parameters. TASKER_BENCH_SOURCE=1 takes the
// source in place of the build.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { machineCpuSeconds, openPostgresCounters, ownCpuSeconds, treeCpuSeconds } from './counters.mjs';
import { fillHistory, hasHistory } from './history.mjs';
import { requestsOf } from './lists-requests.mjs';
import { databaseUrl, freshDatabase, startPostgres } from './postgres.mjs';
import { latencyFigures, quantile, round } from './statistics.mjs';

const options = readOptions();
const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const url = databaseUrl(options.database);
if (!(await hasHistory(url, options.tasks))) await makeHistory();
const client = new pg.Client(url);
await client.connect();
const known = await readKnown();
const notClosed = await countNotClosed();
const surface = await startSurface();
const requests = requestsOf().filter(({ name }) => name.includes(options.only));
const latenciesMs = new Map(requests.map(({ name }) => [name, []]));
const keys = { http: [], sql: [] };
const found = new Map();

await ask(2, () => {});
keys.http.length = 0;
keys.sql.length = 0;
const counters = await openPostgresCounters(options.database);
const before = await cpuSeconds();
const start = performance.now();
await ask(options.rounds, (name, ms) => latenciesMs.get(name)?.push(ms));
const seconds = (performance.now() - start) / 1000;
const line = figures(await cpuSeconds());
await counters.close();
console.log(JSON.stringify(line));
if (options.out) appendFileSync(options.out, `${JSON.stringify(line)}\n`);
surface.process.kill('SIGTERM');
await once(surface.process, 'exit');
await client.end();
await server?.stop();
process.exit(0);

function readOptions() {
  const { values } = parseArgs({
    options: {
      tasks: { type: 'string', default: '1000000' },
      open: { type: 'string', default: '4000' },
      rounds: { type: 'string', default: '60' },
      database: { type: 'string', default: 'bench_lists' },
      only: { type: 'string', default: '' },
      out: { type: 'string' },
    },
  });
  const { tasks, open, rounds, ...rest } = values;
  return { tasks: Number(tasks), open: Number(open), rounds: Number(rounds), ...rest };
}

async function makeHistory() {
  if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
  const engine = await import('@tasker/engine');
  const onProgress = (done) => console.error(`history: ${done} of ${options.tasks} tasks`);
  await fillHistory(await freshDatabase(options.database), engine, { ...options, onProgress });
}

/** Ids all over history, and the moments that they were made at. */
async function readKnown() {
  const { rows } = await client.query(
    `select t.id, t.created_at as at, t.correlation_id as correlation, t.parent_correlation_id as parent
       from public.span p cross join generate_series(1, 200) n
      cross join lateral (select t.id, t.created_at, t.correlation_id, t.parent_correlation_id from tasker.task t
                           where t.id >= tasker.id_floor(p.since + p.step * $1::int * (n - 0.5) / 200)
                           order by t.id limit 1) t`,
    [options.tasks],
  );
  return rows;
}

/** Tasks of weeks that do not say yet what their tasks have together. */
async function countNotClosed() {
  const { rows } = await client.query(
    `select count(*)::int as tasks from tasker.task t
      where t.tableoid not in (select g.tgrelid from pg_trigger g where g.tgname = 'note_together')`,
  );
  return rows[0].tasks;
}

async function startSurface() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'serve.mjs'), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(createInterface(child.stdout), 'line');
  return { process: child, url: JSON.parse(text).url };
}

async function ask(rounds, record) {
  for (let round = 0; round < rounds; round++) {
    const place = (round * 67 + 13) % known.length;
    for (const { name, request } of requests) {
      const { ms, answer } = await send(request(known[place]));
      record(name, ms);
      found.set(name, Math.max(found.get(name) ?? 0, countOf(answer)));
      if (requests.length < 20 || Math.random() < 0.2) await askByKey(known[(place * 31 + 7) % known.length]);
    }
  }
}

async function askByKey({ id }) {
  const { ms } = await send({ path: `/tasker/tasks/${id}` });
  const start = performance.now();
  await client.query({ name: 'by_key', text: 'select * from tasker.task where id = $1', values: [id] });
  const sql = performance.now() - start;
  keys.http.push(ms);
  keys.sql.push(sql);
}

async function send({ path: where, body }) {
  const start = performance.now();
  const headers = { 'content-type': 'application/json' };
  const post = { method: 'POST', body: JSON.stringify(body), headers };
  const answer = await fetch(`${surface.url}${where}`, body === undefined ? {} : post);
  const text = await answer.text();
  const ms = performance.now() - start;
  if (!answer.ok) throw new Error(`${where} was answered with ${answer.status}: ${text.slice(0, 300)}`);
  return { ms, answer: answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text };
}

function countOf(answer) {
  if (typeof answer !== 'object' || answer === null) return 0;
  if (answer.errors?.length > 0) throw new Error(JSON.stringify(answer.errors).slice(0, 400));
  const lists = Object.values(answer.data ?? answer).map((value) => value?.nodes ?? value);
  return Math.max(0, ...lists.filter(Array.isArray).map((list) => list.length));
}

async function cpuSeconds() {
  const { cpuSeconds: postgres } = await counters.sample();
  const server = treeCpuSeconds(surface.process.pid);
  return { machine: machineCpuSeconds().busy, postgres, server, asking: ownCpuSeconds() };
}

function figures(after) {
  const byKeyMs = latencyFigures(keys.http);
  const byKeySqlMs = latencyFigures(keys.sql);
  const asked = requests.map(({ name, isCount = false }) => {
    const all = latenciesMs.get(name);
    const [p50, p95] = [quantile(all, 0.5), quantile(all, 0.95)];
    return {
      name,
      isCount,
      found: found.get(name),
      p50: round(p50, 2),
      p95: round(p95, 2),
      ratio: round(p95 / byKeyMs.p50, 2),
      sqlRatio: round(p95 / byKeySqlMs.p50, 2),
    };
  });
  const cores = (name) => round((after[name] - before[name]) / seconds, 2);
  const own = ['postgres', 'server', 'asking'];
  return {
    kind: 'lists',
    tasks: options.tasks,
    open: options.open,
    notClosed,
    rounds: options.rounds,
    byKeyMs,
    byKeySqlMs,
    seconds: round(seconds, 0),
    cores: Object.fromEntries(own.map((name) => [name, cores(name)])),
    foreignCores: round(
      own.reduce((rest, name) => rest - cores(name), cores('machine')),
      2,
    ),
    lists: asked.filter(({ isCount }) => !isCount).toSorted((one, other) => other.ratio - one.ratio),
    counts: asked.filter(({ isCount }) => isCount),
    node: process.version,
    at: new Date().toISOString(),
  };
}
