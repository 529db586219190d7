// Measures the systems side by side and writes the report.
//
//   node run.mjs            quick: one repeat, a few seconds, three workloads; report in results/quick.md
//   node run.mjs --full     all workloads, three repeats, a million tasks; report in RESULTS.md
//
//   --systems a,b  --workloads a,b  --modes load,one  --repeats N  --seconds N  --warm-seconds N
//   --scale-tasks N (0: none)  --scale-systems a,b  --out FILE.jsonl  --report FILE.md
//
// Systems take turns: within a repeat each has its turn on a workload before the next workload begins, and who goes
// first changes, so that a slow minute of the machine hits all alike. Ratios compare runs of the same repeat only.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from './postgres.mjs';
import { readRun, requirementLines, writeReport } from './report.mjs';
import { workloads } from './workloads.mjs';

const allSystems = [
  'tasker',
  'ceiling',
  'dbos',
  'openworkflow',
  'absurd',
  'restate',
  'graphile-worker',
  'pg-boss',
  'bullmq',
];
const options = readOptions();
/** The measurement under way. */
let running;
let isBrokenOff = false;
const server = await startPostgres();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, breakOff);
mkdirSync(path.dirname(options.out), { recursive: true });
writeFileSync(options.out, '');
record({ kind: 'run', mode: options.mode, ...options.settings, machine: machine(), postgres: await server.describe() });
await measureAll();
await measureScale();
await server.stop();
writeReport(options.out, options.report);
console.log(`\n${requirementLines(readRun(options.out)).join('\n')}\n\nReport: ${path.relative('.', options.report)}`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      systems: { type: 'string' },
      workloads: { type: 'string' },
      modes: { type: 'string', default: 'load,one' },
      repeats: { type: 'string' },
      seconds: { type: 'string' },
      'warm-seconds': { type: 'string' },
      'scale-tasks': { type: 'string' },
      'scale-systems': { type: 'string', default: 'tasker,ceiling' },
      out: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const mode = values.full ? 'full' : 'quick';
  const defaults = {
    full: { repeats: 3, seconds: 8, warm: 2, workloads: Object.keys(workloads).join(','), scaleTasks: 1_000_000 },
    quick: { repeats: 1, seconds: 2, warm: 1, workloads: 'linear-5,fan-out-100,chain-200', scaleTasks: 0 },
  }[mode];
  const settings = {
    systems: known('systems', values.systems ?? allSystems.join(','), allSystems),
    workloads: known('workloads', values.workloads ?? defaults.workloads, Object.keys(workloads)),
    modes: known('modes', values.modes, ['load', 'one']),
    repeats: Number(values.repeats ?? defaults.repeats),
    seconds: Number(values.seconds ?? defaults.seconds),
    warmSeconds: Number(values['warm-seconds'] ?? defaults.warm),
    scaleTasks: Number(values['scale-tasks'] ?? defaults.scaleTasks),
    scaleSystems: known('scale-systems', values['scale-systems'], ['tasker', 'ceiling']),
  };
  const here = (file) => path.join(import.meta.dirname, file);
  return {
    mode,
    settings,
    out: values.out ?? here(`results/${mode}.jsonl`),
    report: values.report ?? here(mode === 'full' ? 'RESULTS.md' : 'results/quick.md'),
  };
}

function known(name, list, allowed) {
  const asked = list.split(',').filter(Boolean);
  const unknown = asked.filter((value) => !allowed.includes(value));
  if (unknown.length === 0) return asked;
  console.error(`--${name} ${unknown.join(', ')} is unknown: give some of ${allowed.join(', ')}`);
  process.exit(2);
}

async function measureAll() {
  const absent = new Set();
  const all = [...turns()];
  for (const [index, turn] of all.entries()) {
    if (!absent.has(turn.system)) await measure({ ...turn, progress: `${index + 1}/${all.length}`, absent });
  }
}

function* turns() {
  const { systems, repeats, modes } = options.settings;
  let first = 0;
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const name of options.settings.workloads) {
      for (const mode of modes) {
        for (const system of rotate(systems, first++)) yield { repeat, name, mode, system };
      }
    }
  }
}

async function measure({ system, name, mode, repeat, progress, absent }) {
  const inFlight = mode === 'load' ? workloads[name].inFlightAtLoad : 1;
  const { code, line, errors } = await child('measure.mjs', {
    system,
    workload: name,
    'in-flight': inFlight,
    seconds: options.settings.seconds,
    'warm-seconds': options.settings.warmSeconds,
    repeat,
  });
  const title = `[${progress}] ${system} ${name} ${mode} #${repeat}`;
  if (code === 4) {
    absent.add(system);
    record({ kind: 'unavailable', system, reason: errors.trim() });
    console.log(`${title}: left out, ${errors.trim()}`);
    return;
  }
  if (!line || code !== 0) {
    record({ kind: 'failure', system, workload: name, mode, repeat, code, errors: errors.trim().slice(0, 1000) });
    console.log(`${title}: FAILED (${code}) ${errors.trim().slice(0, 300)}`);
    return;
  }
  record({ kind: 'measurement', mode, ...line });
  const { stepsPerSecond, latencyMs } = line;
  console.log(`${title}: ${stepsPerSecond} steps/s, p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms`);
}

async function measureScale() {
  const { scaleTasks, scaleSystems } = options.settings;
  if (scaleTasks === 0) return;
  for (const system of scaleSystems) {
    console.log(`scale: ${system}, ${scaleTasks} tasks`);
    const { code, line, errors } = await child('scale.mjs', { system, tasks: scaleTasks, open: scaleTasks / 10 });
    if (line) record({ kind: 'scale', ...line });
    else record({ kind: code === 4 ? 'unavailable' : 'failure', system, reason: errors.trim(), workload: 'scale' });
    if (!line) console.log(`scale: ${system} not measured (${code}) ${errors.trim().slice(0, 300)}`);
  }
}

/** Runs one of our scripts in a process of its own and reads the JSON line that it prints. */
function child(script, flags) {
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  running = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', BENCH_DATABASE_URL: server.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  running.stdout.on('data', (chunk) => {
    output += chunk;
  });
  running.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => {
    running.once('close', (code) => {
      // Then nothing may follow, and the process ends as soon as the server has.
      if (isBrokenOff) return;
      const json = output.split('\n').find((text) => text.startsWith('{"system"'));
      resolve({ code, line: json ? JSON.parse(json) : null, errors: errors || output });
    });
  });
}

function breakOff() {
  const exit = () => process.exit(130);
  isBrokenOff = true;
  running?.kill('SIGTERM');
  server.stop().then(exit, exit);
}

function record(entry) {
  appendFileSync(options.out, `${JSON.stringify(entry)}\n`);
}

function rotate(list, by) {
  const shift = by % list.length;
  return [...list.slice(shift), ...list.slice(0, shift)];
}

function machine() {
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0].model.trim(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    at: new Date().toISOString(),
  };
}
