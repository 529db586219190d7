// What HTTP costs: `POST /tasker/tasks` from fifty connections, beside the engine's own rate of submission, and beside
// Node's bare HTTP server in front of the engine, which is as far as any server in Node could go.
//
//   node http.mjs [--seconds 60] [--turns 6] [--warm-seconds 10] [--connections 50] [--workload linear-5] [--out FILE.jsonl]
//
// The servers and a program with the engine in it are processes of their own, each with a database of its own on the same
// PostgreSQL. They take turns of seconds/turns each, so that a slow minute of the machine hits both; the ratio of each
// pair counts. Nobody works on the tasks. TASKER_BENCH_SOURCE=1 takes the source in place of the build.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { machineCpuSeconds, openPostgresCounters, ownCpuSeconds, treeCpuSeconds } from './counters.mjs';
import { requestOf } from './parts/template-of.mjs';
import { startPostgres } from './postgres.mjs';
import { latencyFigures, round } from './statistics.mjs';

const options = readOptions();
const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const { freshDatabase } = await import('./postgres.mjs');
const surface = await startServer('serve.mjs', 'bench_http');
const bare = await startServer('bare.mjs', 'bench_bare');
const engine = await startEngine();
const counters = await openPostgresCounters('bench_http');

// code is compiled while it runs for the first hundred thousand times
await overHttp(surface, options.warm);
await overHttp(bare, options.warm);
await byEngine(options.warm);
const turns = [];
for (let turn = 1; turn <= options.turns; turn++) {
  const seconds = options.seconds / options.turns;
  turns.push({
    engine: await byEngine(seconds),
    http: await overHttp(surface, seconds),
    bare: await overHttp(bare, seconds),
  });
  const rates = Object.entries(turns.at(-1)).map(([side, { perSecond }]) => `${side} ${perSecond}/s`);
  console.error(`turn ${turn}: ${rates.join(', ')}, http/engine ${ratios('http', 'engine').at(-1)}`);
}
const line = JSON.stringify(figures());
console.log(line);
if (options.out) appendFileSync(options.out, `${line}\n`);
await counters.close();
surface.process.kill('SIGTERM');
bare.process.kill('SIGTERM');
engine.disconnect();
await Promise.all([surface.process, bare.process, engine].map((child) => once(child, 'exit')));
await server?.stop();
process.exit(turns.some((turn) => turn.http.refused + turn.bare.refused > 0) ? 5 : 0);

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      turns: { type: 'string', default: '6' },
      'warm-seconds': { type: 'string', default: '10' },
      connections: { type: 'string', default: '50' },
      workload: { type: 'string', default: 'linear-5' },
      out: { type: 'string' },
    },
  });
  const { seconds, turns: count, connections, 'warm-seconds': warm, ...rest } = values;
  return {
    seconds: Number(seconds),
    turns: Number(count),
    warm: Number(warm),
    connections: Number(connections),
    ...rest,
  };
}

async function startServer(file, database) {
  const url = await freshDatabase(database);
  const flags = process.env.BENCH_SERVER_FLAGS?.split(' ') ?? [];
  const child = spawn(process.execPath, [...flags, here(file), url, options.workload], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(createInterface(child.stdout), 'line');
  return { process: child, url: JSON.parse(text).url };
}

async function startEngine() {
  const url = await freshDatabase('bench_submit');
  const child = fork(here('submit.mjs'), [url, options.workload]);
  await once(child, 'message');
  return child;
}

function here(file) {
  return path.join(import.meta.dirname, file);
}

async function byEngine(seconds) {
  return measured(engine.pid, async () => {
    engine.send({ seconds, lanes: options.connections });
    const [answer] = await once(engine, 'message');
    return { ...answer, refused: 0, generatorCpu: 0 };
  });
}

async function overHttp(server, seconds) {
  return measured(server.process.pid, async () => {
    const latenciesMs = [];
    const cpuBefore = ownCpuSeconds();
    const load = autocannon({
      url: `${server.url}/tasker/tasks`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf(options.workload)),
      connections: options.connections,
      duration: seconds,
    });
    load.on('response', (_client, status, _bytes, ms) => {
      if (status === 201) latenciesMs.push(ms);
    });
    const result = await load;
    return {
      seconds: result.duration,
      latenciesMs,
      refused: result.non2xx + result.errors + result.timeouts,
      generatorCpu: ownCpuSeconds() - cpuBefore,
    };
  });
}

/** With what it cost: CPU of the process that was asked, of PostgreSQL and of whoever asked, microseconds per task. */
async function measured(pid, run) {
  const [cpu, postgres, machine] = [treeCpuSeconds(pid), await counters.sample(), machineCpuSeconds()];
  const { seconds, latenciesMs, refused, generatorCpu } = await run();
  const [cpuAfter, postgresAfter, machineAfter] = [treeCpuSeconds(pid), await counters.sample(), machineCpuSeconds()];
  const count = latenciesMs.length;
  const used = [cpuAfter - cpu, postgresAfter.cpuSeconds - postgres.cpuSeconds, generatorCpu];
  const each = (value) => round((value * 1e6) / count, 1);
  return {
    count,
    perSecond: round(count / seconds, 1),
    latencyMs: latencyFigures(latenciesMs),
    latenciesMs,
    refused,
    cpuMicrosecondsPerTask: { process: each(used[0]), postgres: each(used[1]), generator: each(used[2]) },
    processCores: round(used[0] / seconds, 2),
    walBytesPerTask: round((postgresAfter.walBytes - postgres.walBytes) / count, 0),
    foreignCores: round((machineAfter.busy - machine.busy - used.reduce((sum, value) => sum + value, 0)) / seconds, 2),
  };
}

function figures() {
  const side = (name) => {
    const all = turns.map((turn) => turn[name]);
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      latencyMs: latencyFigures(all.flatMap(({ latenciesMs }) => latenciesMs)),
      turns: all.map((turn) => ({ ...turn, latenciesMs: undefined })),
    };
  };
  const { seconds, connections, workload } = options;
  return {
    kind: 'http',
    workload,
    connections,
    seconds,
    ratios: ratios('http', 'engine'),
    bareRatios: ratios('bare', 'engine'),
    engine: side('engine'),
    http: side('http'),
    bare: side('bare'),
    at: new Date().toISOString(),
  };
}

/** Of each turn. */
function ratios(one, other) {
  return turns.map((turn) => round(turn[one].perSecond / turn[other].perSecond, 3));
}
