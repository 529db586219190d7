// A day's work on one database: does a step cost the same after a million tasks, and with many open ones besides, as on
// an empty database? Everything goes through the system's own engine; nothing is seeded behind its back.
//
//   node scale.mjs [--system tasker] [--tasks 1000000] [--open 100000] [--rounds 3]
//
// linear-5, a hundred in flight, until so many tasks are finished, watching what the first and the last thousand cost.
// Those two are minutes apart, and a shared machine drifts; so then the full database and a new, empty one take turns,
// and the ratio of each turn counts. Last, so many tasks more are left open, due tomorrow, and the turns are repeated.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPostgresCounters, ownCpuSeconds } from './counters.mjs';
import { startLoad } from './load.mjs';
import { startPostgres } from './postgres.mjs';
import { latencyFigures, round } from './statistics.mjs';
import { executed, workloads } from './workloads.mjs';

const workload = workloads['linear-5'];
/** One turn: large enough to be measured, since a thousand tasks take a twentieth of a second. */
const turnTasks = 20_000;
/** Run before each turn, so that new connections have their plans and none pays for having waited. */
const warmUpTasks = 3_000;

const options = readOptions();
const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const { default: system } = await import(`./systems/${options.system}.mjs`);
const unavailable = system.unavailable?.();
if (unavailable) await end(unavailable, 4);

// Compiles the code before the first thousand is timed.
await onEmptyDatabase((place) => runTasks(place, turnTasks));
const full = await open('bench_scale');
const memoryBefore = process.memoryUsage().rss;
const growth = await watchGrowth(full);
const memoryAfter = process.memoryUsage().rss;
const databaseMiB = await full.counters.databaseMiB();
const afterAll = await takeTurns();
await full.engine.park(options.open);
const withOpen = await takeTurns();
console.log(JSON.stringify(figures()));
await close(full);
await end();

function readOptions() {
  const { values } = parseArgs({
    options: {
      system: { type: 'string', default: 'tasker' },
      tasks: { type: 'string', default: '1000000' },
      open: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const tasks = Number(values.tasks);
  if (!(tasks >= 2000)) {
    console.error('--tasks must be at least 2000, so that the first thousand and the last can be told apart');
    process.exit(2);
  }
  return { system: values.system, tasks, open: Number(values.open), rounds: Number(values.rounds) };
}

async function takeTurns() {
  const turns = [];
  for (let turn = 1; turn <= options.rounds; turn++) {
    turns.push({ empty: await onEmptyDatabase(measureTurn), full: await measureTurn(full) });
  }
  return turns;
}

async function onEmptyDatabase(use) {
  const place = await open('bench_scale_empty');
  const result = await use(place);
  await close(place);
  return result;
}

async function measureTurn(place) {
  await runTasks(place, warmUpTasks);
  const before = await sample(place);
  await runTasks(place, turnTasks);
  const after = await sample(place);
  return { ...cost(before, after), oneAtATimeMs: await oneAtATime(place) };
}

/** Grows the database, and tells what the first thousand tasks and the last cost. */
async function watchGrowth(place) {
  const marks = [sample(place)];
  await runTasks(place, options.tasks, (finished) => {
    if ([1000, options.tasks - 1000, options.tasks].includes(finished)) marks.push(sample(place));
  });
  const [start, first, beforeLast, last] = await Promise.all(marks);
  return { first: cost(start, first), last: cost(beforeLast, last), all: cost(start, last) };
}

async function runTasks(place, count, onFinished = () => {}) {
  let reached;
  const all = new Promise((resolve) => {
    reached = resolve;
  });
  const load = startLoad(place.engine, workload, workload.inFlightAtLoad, (finished) => {
    if (finished <= count) onFinished(finished);
    if (finished === count) reached();
  });
  await all;
  await load.stop();
  if (load.wrong > 0) await end(`${load.wrong} wrong results`, 5);
}

async function oneAtATime(place) {
  const load = startLoad(place.engine, workload, 1);
  load.measuring = true;
  await sleep(2000);
  await load.stop();
  return latencyFigures(load.latenciesMs);
}

/** Our own figures are read at once, the database's as soon as it answers. */
async function sample({ counters }) {
  const own = { at: performance.now(), steps: executed.steps, clientCpu: ownCpuSeconds() };
  const postgres = await counters.sample();
  const hot = await counters.statementsWith(system.hotStatement);
  return { ...own, postgres, hot };
}

function cost(from, to) {
  const steps = to.steps - from.steps;
  const cpu = to.clientCpu - from.clientCpu + to.postgres.cpuSeconds - from.postgres.cpuSeconds;
  return {
    steps,
    microsecondsPerStep: round(((to.at - from.at) * 1000) / steps, 2),
    cpuPerThousandSteps: round((cpu / steps) * 1000, 4),
    walBytesPerStep: round((to.postgres.walBytes - from.postgres.walBytes) / steps, 1),
    hotMsPerThousandSteps: from.hot && to.hot ? round(((to.hot.ms - from.hot.ms) / steps) * 1000, 3) : null,
  };
}

function figures() {
  return {
    system: options.system,
    tasks: options.tasks,
    open: options.open,
    growth,
    afterAll,
    withOpen,
    diskBytesPerStep: round((databaseMiB * 1_048_576) / (options.tasks * workload.steps.length), 0),
    clientMemoryMiB: { before: round(memoryBefore / 2 ** 20, 0), after: round(memoryAfter / 2 ** 20, 0) },
  };
}

async function open(database) {
  const engine = await system.start(workload, { database });
  return { engine, counters: await openPostgresCounters(database) };
}

async function close({ engine, counters }) {
  await counters.close();
  await Promise.race([engine.stop(), sleep(8000)]);
}

async function end(message, exitCode = 0) {
  if (message) console.error(message);
  await server?.stop();
  process.exit(exitCode);
}
