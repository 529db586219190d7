// A day's work on one database: does a step cost the same after a million tasks, and with many open ones, as on an
// empty database? Everything goes through the system's own engine; nothing is seeded behind its back.
//
//   node scale.mjs [--system tasker] [--tasks 1000000] [--open 100000]
//
// First the process warms up on a database that is then thrown away, so that the first thousand tasks are not those that
// also compile the code. Then, on a new database: linear-5, a hundred in flight, until so many tasks are finished; then
// so many more are left open, due tomorrow; then the same load again.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPostgresCounters, ownCpuSeconds } from './counters.mjs';
import { startLoad } from './load.mjs';
import { startPostgres } from './postgres.mjs';
import { latencyFigures, round } from './statistics.mjs';
import { executed, workloads } from './workloads.mjs';

const workload = workloads['linear-5'];
/** So many tasks at either end are compared: one thousand alone takes a twentieth of a second. */
const edgeTasks = 20_000;
const options = readOptions();
const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const { default: system } = await import(`./systems/${options.system}.mjs`);
const unavailable = system.unavailable?.();
if (unavailable) await end(unavailable, 4);

await warmUp();
const engine = await system.start(workload);
const counters = await openPostgresCounters(engine.database);
const phases = [];
const oneAtATimeMs = { empty: await oneAtATime() };
const memory = { first: process.memoryUsage().rss / 2 ** 20 };
const growth = await runTasks(options.tasks);
memory.last = process.memoryUsage().rss / 2 ** 20;
const databaseMiB = await counters.databaseMiB();
phases.push({ name: 'first', ...growth.first }, { name: 'last', ...growth.last });
oneAtATimeMs.full = await oneAtATime();
if (engine.park) {
  await engine.park(options.open);
  const crowded = await runTasks(2 * edgeTasks);
  phases.push({ name: 'with open tasks', ...crowded.last });
  oneAtATimeMs.crowded = await oneAtATime();
}
console.log(JSON.stringify(figures()));
await Promise.race([engine.stop(), sleep(8000)]);
await counters.close();
await end();

function readOptions() {
  const { values } = parseArgs({
    options: {
      system: { type: 'string', default: 'tasker' },
      tasks: { type: 'string', default: '1000000' },
      open: { type: 'string', default: '100000' },
    },
  });
  const tasks = Number(values.tasks);
  if (!(tasks >= 2 * edgeTasks)) {
    console.error(`--tasks must be at least ${2 * edgeTasks}, so that the first and the last can be told apart`);
    process.exit(2);
  }
  return { system: values.system, tasks, open: Number(values.open) };
}

async function warmUp() {
  const engine = await system.start(workload);
  const load = startLoad(engine, workload, workload.inFlightAtLoad);
  await sleep(4000);
  await load.stop();
  await engine.stop();
}

async function oneAtATime() {
  const load = startLoad(engine, workload, 1);
  load.measuring = true;
  await sleep(2000);
  await load.stop();
  return latencyFigures(load.latenciesMs);
}

/** Runs so many tasks, and tells what the first and the last of them cost. */
async function runTasks(count) {
  const marks = [sample()];
  const load = startLoad(engine, workload, workload.inFlightAtLoad, (finished) => {
    if (finished > count || finished % 1000 !== 0) return;
    if (finished <= edgeTasks || finished >= count - edgeTasks) marks.push(sample());
    if (finished === count) reached();
  });
  let reached;
  await new Promise((resolve) => {
    reached = resolve;
  });
  await load.stop();
  if (load.wrong > 0) await end(`${load.wrong} wrong results`, 5);
  const samples = await Promise.all(marks);
  const edge = edgeTasks / 1000;
  return {
    first: { ...cost(samples[0], samples[edge]), thousand: cost(samples[0], samples[1]) },
    last: { ...cost(samples.at(-1 - edge), samples.at(-1)), thousand: cost(samples.at(-2), samples.at(-1)) },
  };
}

/** The own figures are read at once, the database's as soon as it answers. */
async function sample() {
  const own = { at: performance.now(), steps: executed.steps, clientCpu: ownCpuSeconds() };
  const postgres = await counters.sample();
  const hot = system.hotStatement ? await counters.statementsWith(system.hotStatement) : null;
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
    open: engine.park ? options.open : 0,
    phases,
    oneAtATimeMs,
    diskBytesPerStep: round((databaseMiB * 1_048_576) / (options.tasks * workload.steps.length), 0),
    clientMemoryMiB: { first: round(memory.first, 0), last: round(memory.last, 0) },
  };
}

async function end(message, exitCode = 0) {
  if (message) console.error(message);
  await server?.stop();
  process.exit(exitCode);
}
