// What the project asks of itself, each as one figure per repeat. Ratios compare runs of the same repeat.

/** Every entry: `{ text, limit, atLeast, values, detail? }`; `values` has one figure per repeat that could be taken. */
export function requirements(run) {
  const find = (system, workload, mode, repeat) =>
    run.measurements.find(
      (m) => m.system === system && m.workload === workload && m.mode === mode && m.repeat === repeat,
    );
  const perRepeat = (read) => run.repeats.map((repeat) => read(repeat)).filter((value) => Number.isFinite(value));

  const throughput = (system, workload, repeat) => find(system, workload, 'load', repeat)?.workflowsPerSecond;
  const median = (system, workload, repeat) => find(system, workload, 'one', repeat)?.latencyMs.p50;
  const cpu = (workload, repeat) => {
    const m = find('tasker', workload, 'load', repeat);
    return m && m.clientCpuPerThousandSteps + m.serverCpuPerThousandSteps;
  };
  const ownLoads = run.measurements.filter((m) => m.system === 'tasker' && m.mode === 'load');
  const worst = (measurements, field) =>
    perRepeat((repeat) =>
      extreme(
        Math.max,
        measurements.filter((m) => m.repeat === repeat).map((m) => m[field]),
      ),
    );
  const isGraph = (m) => m.workload !== 'single';
  const throughputOver = (rivals, workload) =>
    perRepeat(
      (repeat) =>
        throughput('tasker', workload, repeat) /
        extreme(
          Math.max,
          rivals.map((r) => throughput(r, workload, repeat)),
        ),
    );
  const latencyOver = (rivals, workload) =>
    perRepeat(
      (repeat) =>
        median('tasker', workload, repeat) /
        extreme(
          Math.min,
          rivals.map((r) => median(r, workload, repeat)),
        ),
    );

  return [
    atLeast(15, 'linear-5 at load: throughput over DBOS', throughputOver(['dbos'], 'linear-5')),
    atLeast(
      8,
      'linear-5 at load: throughput over the best of openworkflow, absurd and Restate',
      throughputOver(['openworkflow', 'absurd', 'restate'], 'linear-5'),
    ),
    atLeast(
      2,
      'linear-5 at load: throughput over pg-boss with a hand-made graph',
      throughputOver(['pg-boss'], 'linear-5'),
    ),
    ...run.workloads.map((workload) =>
      atLeast(0.5, `${workload} at load: throughput over our raw-SQL ceiling`, throughputOver(['ceiling'], workload)),
    ),
    atMost(
      0.5,
      'linear-5, one in flight: median time over the best durable peer',
      latencyOver(durablePeers, 'linear-5'),
    ),
    atMost(
      0.6,
      'chain-200, one in flight: median time over the best durable peer',
      latencyOver(durablePeers, 'chain-200'),
    ),
    atMost(
      1.5,
      'CPU per step of fan-out-1000 over that of fan-out-100',
      perRepeat((repeat) => cpu('fan-out-1000', repeat) / cpu('fan-out-100', repeat)),
    ),
    atMost(
      1.5,
      'time per step of fan-out-1000 over that of fan-out-100',
      perRepeat(
        (repeat) =>
          find('tasker', 'fan-out-100', 'load', repeat)?.stepsPerSecond /
          find('tasker', 'fan-out-1000', 'load', repeat)?.stepsPerSecond,
      ),
    ),
    ...scaleRequirements(run.scales.find((scale) => scale.system === 'tasker')),
    atMost(0.1, 'statements per step at load, the worst workload', worst(ownLoads, 'statementsPerStep')),
    atMost(
      819,
      'WAL bytes per step at load, the worst workload of several steps',
      worst(ownLoads.filter(isGraph), 'walBytesPerStep'),
    ),
    atMost(
      0,
      'dead rows per step in the history at load, the worst workload',
      worst(ownLoads, 'historyDeadRowsPerStep'),
    ),
  ];
}

const durablePeers = ['graphile-worker', 'dbos', 'restate', 'absurd'];

/** One tenth is what two runs of the same thing differ by here. */
const sameCost = 1.1;

function scaleRequirements(scale) {
  const perTurn = (turns, field) => (turns ?? []).map(({ empty, full }) => full[field] / empty[field]);
  const tasks = scale ? scale.tasks.toLocaleString('en') : 'a million';
  const open = scale ? scale.open.toLocaleString('en') : 'a hundred thousand';
  const after = `after ${tasks} tasks over an empty database`;
  const besides = `with ${open} open tasks besides, over an empty database`;
  return [
    atMost(sameCost, `CPU per step ${after}`, perTurn(scale?.afterAll, 'cpuPerThousandSteps')),
    atMost(sameCost, `time per step ${after}`, perTurn(scale?.afterAll, 'microsecondsPerStep')),
    atMost(sameCost, `time per step ${besides}`, perTurn(scale?.withOpen, 'microsecondsPerStep')),
    atMost(
      sameCost,
      `time of the claiming call per step ${besides}`,
      perTurn(scale?.withOpen, 'hotMsPerThousandSteps'),
    ),
  ];
}

function atLeast(limit, text, values) {
  return { text, limit, atLeast: true, values };
}

function atMost(limit, text, values) {
  return { text, limit, atLeast: false, values };
}

/** Of the values that were measured; NaN when none was. */
function extreme(choose, values) {
  const measured = values.filter((value) => Number.isFinite(value));
  return measured.length > 0 ? choose(...measured) : Number.NaN;
}
