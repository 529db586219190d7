// Turns the raw lines of a run into tables:  node report.mjs [results/full.jsonl] [RESULTS.md]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { requirements } from './requirements.mjs';
import { spread } from './statistics.mjs';
import { workloads } from './workloads.mjs';

export function writeReport(rawFile, reportFile) {
  const run = readRun(rawFile);
  const sections = [
    heading(run),
    '## What was asked\n',
    ...requirementLines(run),
    losses(run),
    '## At load\n',
    loadIntroduction,
    ...run.workloads.map((workload) => loadTable(run, workload)),
    '## One workflow in flight\n',
    oneIntroduction,
    oneTable(run),
    costOfOneTable(run),
    scaleSection(run),
    templateSection(run),
    '## How each system was run\n',
    systemsTable(run),
    failures(run),
    method(run),
  ];
  writeFileSync(reportFile, `${sections.filter(Boolean).join('\n').trim()}\n`);
}

export function readRun(rawFile) {
  const entries = readFileSync(rawFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const ofKind = (kind) => entries.filter((entry) => entry.kind === kind);
  const measurements = ofKind('measurement');
  const seen = (field) => [...new Set(measurements.map((m) => m[field]))];
  const [header] = ofKind('run');
  return {
    header,
    measurements,
    scales: ofKind('scale'),
    largeTemplate: ofKind('template').at(-1),
    manyTemplates: ofKind('templates').at(-1),
    failures: ofKind('failure'),
    unavailable: ofKind('unavailable'),
    repeats: seen('repeat').toSorted((a, b) => a - b),
    workloads: Object.keys(workloads).filter((name) => seen('workload').includes(name)),
    systems: header.systems.filter((system) => seen('system').includes(system)),
  };
}

export function requirementLines(run) {
  const rows = requirements(run).map(({ text, limit, atLeast, values }) => {
    const found = spread(values);
    const asked = limit === 0 ? 'none' : `${atLeast ? 'at least' : 'at most'} ${limit}`;
    if (!found) return [text, asked, '–', '–', '–', 'not measured'];
    const met = atLeast ? found.median >= limit : found.median <= limit;
    return [
      text,
      asked,
      number(found.min, 3),
      `**${number(found.median, 3)}**`,
      number(found.max, 3),
      met ? 'met' : '**missed**',
    ];
  });
  return [table(['figure', 'asked', 'min', 'median', 'max', ''], rows)];
}

function heading({ header, repeats, failures: failed, measurements }) {
  const { machine, postgres } = header;
  return `# Results

Measured ${machine.at.slice(0, 10)} on ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}.
PostgreSQL ${postgres.server_version} (${postgres.binaries} binaries): fsync ${postgres.fsync}, synchronous_commit ${postgres.synchronous_commit}, full_page_writes ${postgres.full_page_writes}, wal_sync_method ${postgres.wal_sync_method}, shared_buffers ${postgres.shared_buffers}.
${repeats.length} repeat(s), ${header.seconds} s each after ${header.warmSeconds} s of warming up; ${failed.length} failed run(s).

${quietness(measurements)}
Figures in the tables are medians over the repeats. Ratios are taken within one repeat, in which the systems took turns;
absolute figures of a shared machine drift, so compare ratios and not figures of different days. This page is written by
\`report.mjs\` from the raw lines of the run; [README.md](README.md) says how to repeat it.
`;
}

/** What others took of the machine takes from the busiest system most, so it bends ratios too. */
function quietness(measurements) {
  const foreign = spread(measurements.map((m) => m.foreignCores));
  const load = `Others used ${number(foreign?.median)} cores meanwhile (median; at most ${number(foreign?.max)})`;
  return foreign?.median > 0.1
    ? `**The machine was not quiet. ${load}; these figures are no evidence, only a sign that the bench works.**\n`
    : `${load}.\n`;
}

function losses(run) {
  const missed = requirements(run).filter(({ limit, atLeast, values }) => {
    const found = spread(values);
    return found && (atLeast ? found.median < limit : found.median > limit);
  });
  if (missed.length === 0) return '';
  return `Missed: ${missed.map(({ text, limit, values }) => `${text} (${number(spread(values).median, 3)}, asked ${limit})`).join('; ')}.\n`;
}

const loadIntroduction = `A fixed number of workflows is always under way: when one ends, the next is submitted. Latency runs from the call that
submits a workflow to the moment its caller has the result. CPU is in seconds per 1,000 steps, of the client process
(handlers and engine library) and of the servers behind it; memory is the client's peak and the servers' proportional
set, shared buffers included. A dead row is an updated or deleted row. A dash under latency: no workflow ended within
the window.
`;

function loadTable(run, workload) {
  const head = [
    'system',
    'workflows/s',
    'steps/s (min–max)',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'statements / step',
    'commits / step',
    'WAL B / step',
    'dead rows / step',
    'CPU client',
    'CPU server',
    'MiB client',
    'MiB server',
  ];
  const rows = run.systems.flatMap((system) => {
    const runs = select(run, system, workload, 'load');
    if (runs.length === 0) return [];
    const middle = (read) => number(spread(runs.map(read))?.median);
    const steps = spread(runs.map((r) => r.stepsPerSecond));
    return [
      [
        system,
        middle((r) => r.workflowsPerSecond),
        steps.count > 1
          ? `**${number(steps.median)}** (${number(steps.min)}–${number(steps.max)})`
          : `**${number(steps.median)}**`,
        middle((r) => r.latencyMs.p50),
        middle((r) => r.latencyMs.p95),
        middle((r) => r.latencyMs.p99),
        middle((r) => r.statementsPerStep),
        middle((r) => r.commitsPerStep),
        middle((r) => r.walBytesPerStep),
        middle((r) => r.deadRowsPerStep),
        middle((r) => r.clientCpuPerThousandSteps),
        middle((r) => r.serverCpuPerThousandSteps),
        middle((r) => r.clientMemoryMiB),
        middle((r) => r.serverMemoryMiB),
      ],
    ];
  });
  if (rows.length === 0) return '';
  return `### ${workload}, ${workloads[workload].inFlightAtLoad} in flight\n\n${table(head, rows)}`;
}

const oneIntroduction = `One workflow at a time: the next is submitted when the last has ended. p50 / p95 / p99 in milliseconds.
`;

function oneTable(run) {
  const rows = run.systems.map((system) => [
    system,
    ...run.workloads.map((workload) => {
      const runs = select(run, system, workload, 'one');
      const middle = (key) => number(spread(runs.map((r) => r.latencyMs[key]))?.median);
      return runs.length === 0 ? '–' : `**${middle('p50')}** / ${middle('p95')} / ${middle('p99')}`;
    }),
  ]);
  return table(['system', ...run.workloads], rows);
}

function costOfOneTable(run) {
  const workload = 'linear-5';
  const rows = run.systems.flatMap((system) => {
    const runs = select(run, system, workload, 'one');
    if (runs.length === 0) return [];
    const middle = (read) => number(spread(runs.map(read))?.median);
    return [
      [
        system,
        middle((r) => r.statementsPerStep),
        middle((r) => r.commitsPerStep),
        middle((r) => r.walBytesPerStep),
        middle((r) => r.deadRowsPerStep),
        middle((r) => r.clientCpuPerThousandSteps),
        middle((r) => r.serverCpuPerThousandSteps),
      ],
    ];
  });
  if (rows.length === 0) return '';
  const head = [
    'linear-5, one in flight',
    'statements / step',
    'commits / step',
    'WAL B / step',
    'dead rows / step',
    'CPU client',
    'CPU server',
  ];
  return table(head, rows);
}

function scaleSection(run) {
  if (run.scales.length === 0) return '';
  const head = [
    'system',
    '',
    'µs / step',
    'CPU s / 1,000 steps',
    'WAL B / step',
    'claiming call, ms / 1,000 steps',
    'one in flight, p50 ms',
  ];
  const rows = run.scales.flatMap((scale) => {
    const tasks = scale.tasks.toLocaleString('en');
    const turns = (list, side) => list.map((turn) => turn[side]);
    return [
      costRow(scale.system, 'the first thousand tasks', [scale.growth.first]),
      costRow(scale.system, `the last thousand of ${tasks}`, [scale.growth.last]),
      costRow(scale.system, 'an empty database', turns(scale.afterAll, 'empty')),
      costRow(scale.system, `in turn: after ${tasks} tasks`, turns(scale.afterAll, 'full')),
      costRow(scale.system, 'an empty database', turns(scale.withOpen, 'empty')),
      costRow(scale.system, `in turn: and with ${scale.open.toLocaleString('en')} open`, turns(scale.withOpen, 'full')),
    ];
  });
  const sizes = run.scales.map(
    ({ system, diskBytesPerStep, clientMemoryMiB }) =>
      `- ${system}: ${diskBytesPerStep} bytes on disk per step, indexes included; client memory ${clientMemoryMiB.before} MiB before, ${clientMemoryMiB.after} MiB after.`,
  );
  return `## A day's work\n
linear-5 with a hundred in flight, everything through the engine itself. The first and the last thousand are minutes
apart; then the full database and a new, empty one take turns of 20,000 tasks (medians of the turns).

${table(head, rows)}
${sizes.join('\n')}
`;
}

function templateSection({ largeTemplate, manyTemplates }) {
  const parts = [];
  if (largeTemplate !== undefined) {
    const { steps, bytes, read, register, total } = largeTemplate;
    parts.push(`A template of ${steps.toLocaleString('en')} steps (${Math.round(bytes / 1024)} KiB of YAML) is read in ${number(read.median)} ms, compiled and stored in ${number(register.median)} ms,
${number(total.median)} ms in all (medians; the quickest ${number(total.quickest)} ms).
`);
  }
  if (manyTemplates !== undefined) {
    const { few, many } = manyTemplates;
    const head = [
      '',
      'statements',
      `ms with ${few.toLocaleString('en')}`,
      `ms with ${many.toLocaleString('en')}`,
      'ratio',
    ];
    const rows = Object.entries(templateWork).map(([key, what]) => {
      const { statements, fewMs, manyMs, ratio } = manyTemplates[key];
      return [what, statements ?? '–', number(fewMs), number(manyMs), `**${number(ratio)}**`];
    });
    parts.push(
      `How many templates there are, in two databases that take turns (medians; the ratio is that of each turn):\n`,
    );
    parts.push(table(head, rows));
  }
  return parts.length === 0 ? '' : `## Templates\n\n${parts.join('\n')}`;
}

const templateWork = {
  firstPage: 'the first page of the list, 20 templates',
  middlePage: 'a page in the middle',
  namesOfNamespace: 'a page of the names of a namespace',
  byName: 'one by its name, with all versions and contents',
  latestPlan: 'submit to another one each time: of so many, no plan is at hand',
  register: 'register a new version',
};

function costRow(system, what, costs) {
  const middle = (read) => number(spread(costs.map(read))?.median);
  return [
    system,
    what,
    middle((cost) => cost.microsecondsPerStep),
    middle((cost) => cost.cpuPerThousandSteps),
    middle((cost) => cost.walBytesPerStep),
    middle((cost) => cost.hotMsPerThousandSteps),
    middle((cost) => cost.oneAtATimeMs?.p50),
  ];
}

function systemsTable(run) {
  const rows = run.systems.map((system) => {
    const { version, note } = run.measurements.find((m) => m.system === system);
    return [system, version, note];
  });
  return table(['system', 'version', 'set-up'], rows);
}

function failures(run) {
  const left = run.unavailable.map(({ system, reason }) => `- ${system} was not measured: ${reason}`);
  const failed = run.failures.map(
    ({ system, workload, mode, repeat }) => `- ${system}, ${workload}, ${mode ?? ''} #${repeat ?? 1} failed`,
  );
  const lines = [...new Set([...left, ...failed])];
  return lines.length > 0 ? `Not in the tables:\n\n${lines.join('\n')}\n` : '';
}

function method(run) {
  const wrong = run.measurements.reduce((sum, m) => sum + m.wrong, 0);
  return `## Method

- Steps do nothing but read their parents' results and return a small JSON object; the last result of every workflow is
  checked (${wrong} were wrong). So these figures are the engine's own cost, and the smaller the work of a step, the more they matter.
- Each measurement is a process of its own with a new database on one server that nothing else uses. Workers run in the
  measuring process, as each peer allows; Restate's service answers from it.
- Steps are counted by executed bodies within the window, so that it does not matter where a window cuts a long workflow.
- Ours is measured through the public API, from \`submit\` to \`completed\`; for peers whose client would poll for the end,
  the end is taken in their worker, which is earlier and in their favour.
- The ceiling leaves out most of what an engine owes; \`systems/ceiling.mjs\` lists what.
`;
}

function select(run, system, workload, mode) {
  return run.measurements.filter((m) => m.system === system && m.workload === workload && m.mode === mode);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function number(value, digits = 2) {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(size >= 100 ? 3 : digits)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [raw = 'results/full.jsonl', report = 'RESULTS.md'] = process.argv.slice(2);
  writeReport(raw, report);
}
