// One measurement in a process of its own: warm up, keep a fixed number of workflows in flight, count, print one JSON
// line. Started by run.mjs, which brings the server.
//
//   node measure.mjs --system NAME --workload linear-5 --in-flight 100 [--seconds 10] [--warm-seconds 2] [--repeat 1]
//
// A system is a file in systems/ whose default export is
//   version()           what was measured
//   note                how it was set up, for the report
//   unavailable?()      why it cannot run here, or null
//   historyTables?      names of the tables that should only ever grow
//   hotStatement?       a piece of the text of the statement that records and claims
//   start(workload)     → engine, on a new database of its own (for scale.mjs: of the name that it gives):
//     run(input)        submits one workflow and settles with the result of its last step, once that is durable
//     park?(count)      leaves so many tasks open that are not due today
//     database?         the database whose counters tell what it cost
//     pids?             { name: pid } of further server processes to account for
//     stop()
// Exit codes: 0 measured, 3 failed, 4 unavailable, 5 wrong results.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  machineCpuSeconds,
  openPostgresCounters,
  ownCpuSeconds,
  ownPeakMemoryMiB,
  treeCpuSeconds,
  treeMemoryMiB,
} from './counters.mjs';
import { startLoad } from './load.mjs';
import { latencyFigures, round } from './statistics.mjs';
import { executed, workloads } from './workloads.mjs';

const options = readOptions();
const { default: system } = await import(`./systems/${options.system}.mjs`);
const workload = workloads[options.workload];
const unavailable = system.unavailable?.();
if (unavailable) fail(unavailable, 4);
const timeout = setTimeout(() => fail('timed out'), (options.seconds * 3 + options.warmSeconds) * 1000 + 90_000);
// Lets the systems' own servers be stopped, which happens when this process exits.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
process.on('unhandledRejection', (reason) => fail(reason instanceof Error ? reason.stack : String(reason)));

const engine = await system.start(workload);
const counters = engine.database ? await openPostgresCounters(engine.database) : null;
const written = counters ? { atStart: await counters.written() } : null;
const load = startLoad(engine, workload, options.inFlight);
await window(load, options.warmSeconds, 1);
load.measuring = true;
const before = await snapshot();
await window(load, options.seconds, options.inFlight === 1 ? 20 : 3);
const after = await snapshot();
load.measuring = false;
const memory = { client: ownPeakMemoryMiB(), servers: serverMemory() };
const drained = await load.stop();
await Promise.race([engine.stop().catch((error) => console.error('stop:', error)), sleep(8000)]);
if (counters) written.atEnd = await counters.written();
console.log(JSON.stringify(figures()));
await counters?.close();
clearTimeout(timeout);
process.exit(load.wrong === 0 ? 0 : 5);

function readOptions() {
  const { values } = parseArgs({
    options: {
      system: { type: 'string' },
      workload: { type: 'string' },
      'in-flight': { type: 'string', default: '1' },
      seconds: { type: 'string', default: '10' },
      'warm-seconds': { type: 'string', default: '2' },
      repeat: { type: 'string', default: '1' },
    },
  });
  if (!values.system) fail('--system is missing: give the name of a file in systems/');
  if (!workloads[values.workload]) {
    fail(`--workload ${values.workload} is unknown: give one of ${Object.keys(workloads).join(', ')}`);
  }
  return {
    system: values.system,
    workload: values.workload,
    inFlight: Number(values['in-flight']),
    seconds: Number(values.seconds),
    warmSeconds: Number(values['warm-seconds']),
    repeat: Number(values.repeat),
  };
}

/** At least `seconds` and at least `count` finished workflows, but never longer than three times the seconds. */
async function window(load, seconds, count) {
  const start = performance.now();
  const finishedBefore = load.finished;
  const elapsedSeconds = () => (performance.now() - start) / 1000;
  while (elapsedSeconds() < seconds || (load.finished - finishedBefore < count && elapsedSeconds() < seconds * 3)) {
    await sleep(20);
  }
}

async function snapshot() {
  const client = ownCpuSeconds();
  const steps = executed.steps;
  const servers = Object.values(engine.pids ?? {}).reduce((sum, pid) => sum + treeCpuSeconds(pid), 0);
  const machine = machineCpuSeconds();
  const at = performance.now();
  const postgres = counters ? await counters.sample() : null;
  return { at, steps, client, servers, machine, finished: load.finished, postgres };
}

function serverMemory() {
  const others = Object.values(engine.pids ?? {}).reduce((sum, pid) => sum + treeMemoryMiB(pid), 0);
  return others + (counters?.memoryMiB() ?? 0);
}

function figures() {
  const seconds = (after.at - before.at) / 1000;
  const steps = after.steps - before.steps;
  const perStep = (read) => round((read(after) - read(before)) / steps, 5);
  const clientCpu = after.client - before.client;
  const serverCpu =
    after.servers - before.servers + (counters ? after.postgres.cpuSeconds - before.postgres.cpuSeconds : 0);
  const rows = counters ? rowsPerStep() : null;
  return {
    system: options.system,
    version: system.version(),
    note: system.note,
    workload: workload.name,
    inFlight: options.inFlight,
    repeat: options.repeat,
    seconds: round(seconds),
    steps,
    finished: after.finished - before.finished,
    workflowsPerSecond: round(steps / workload.steps.length / seconds),
    stepsPerSecond: round(steps / seconds, 1),
    latencyMs: latencyFigures(load.latenciesMs),
    clientCpuPerThousandSteps: round((clientCpu / steps) * 1000, 4),
    serverCpuPerThousandSteps: round((serverCpu / steps) * 1000, 4),
    ...(counters && {
      statementsPerStep: perStep((s) => s.postgres.statements),
      commitsPerStep: round((written.atEnd.commits - written.atStart.commits) / executed.steps, 5),
      walBytesPerStep: round((after.postgres.walBytes - before.postgres.walBytes) / steps, 1),
      databaseMsPerThousandSteps: round(((after.postgres.statementMs - before.postgres.statementMs) / steps) * 1000, 3),
      deadRowsPerStep: round(
        Object.values(rows).reduce((sum, row) => sum + row.dead, 0),
        5,
      ),
      historyDeadRowsPerStep: system.historyTables ? historyDeadRows(rows) : null,
      rowsPerStep: rows,
    }),
    clientMemoryMiB: round(memory.client, 0),
    serverMemoryMiB: round(memory.servers, 0),
    foreignCores: round((after.machine.busy - before.machine.busy - clientCpu - serverCpu) / seconds, 2),
    stolenCores: round((after.machine.stolen - before.machine.stolen) / seconds, 3),
    wrong: load.wrong,
    drained,
    at: new Date().toISOString(),
    node: process.version,
  };
}

/**
 * Every update and every delete leaves a dead row, whether or not vacuum has already taken it away; so these are counted
 * rather than what happens to lie there at the end. Backends report what they wrote up to seconds late, but at the
 * latest when they end: so rows and commits are counted over the whole life of the engine, not over the window.
 */
function rowsPerStep() {
  const perTable = Object.entries(written.atEnd.tables).map(([name, end]) => {
    const start = written.atStart.tables[name] ?? { inserted: 0, updated: 0, deleted: 0 };
    const inserted = round((end.inserted - start.inserted) / executed.steps, 5);
    const dead = round((end.updated + end.deleted - start.updated - start.deleted) / executed.steps, 5);
    return [name, { inserted, dead }];
  });
  return Object.fromEntries(perTable.filter(([, row]) => row.inserted !== 0 || row.dead !== 0));
}

function historyDeadRows(rows) {
  const bare = (name) => name.split('.').at(-1).replaceAll('"', '');
  const history = Object.entries(rows).filter(([name]) => system.historyTables.includes(bare(name)));
  // A history that received nothing was misnamed, and a zero would then be a lie.
  if (!history.some(([, row]) => row.inserted > 0)) return null;
  return round(
    history.reduce((sum, [, row]) => sum + row.dead, 0),
    5,
  );
}

function fail(message, exitCode = 3) {
  console.error(message);
  process.exit(exitCode);
}
