// The graphs every system runs. The body of each step reads its parents' results and returns a small JSON object, so
// that the last result proves that data really flowed along every edge.

/** How many step bodies ran in this process: throughput is counted by these, wherever a window happens to cut. */
export const executed = { steps: 0 };

/** `n` is one more than the sum of the parents' `n`, kept within 31 bits. */
export function runBody(step, parents, input) {
  executed.steps++;
  let n = 1;
  for (const parent of parents) n = (n + parent.n) % 1_000_003;
  return { ok: true, step: step.name, n, in: input };
}

/**
 * Workflows in flight at load. A hundred, but for the fans: 20 fans of 100 and 2 fans of 1,000 both keep 2,000 steps in
 * flight, so that their cost per step can be compared, and neither makes waves longer than the measuring window.
 */
export const workloads = {
  'linear-5': workload('linear-5', 100, chain(5)),
  'diamond-4': workload('diamond-4', 100, {
    start: [],
    left: ['start'],
    right: ['start'],
    join: ['left', 'right'],
  }),
  'fan-out-100': workload('fan-out-100', 20, fan(100)),
  single: workload('single', 100, chain(1)),
  'etl-8': workload('etl-8', 100, {
    extract1: [],
    extract2: [],
    extract3: [],
    transform1: ['extract1'],
    transform2: ['extract2'],
    transform3: ['extract3'],
    aggregate: ['transform1', 'transform2', 'transform3'],
    load: ['aggregate'],
  }),
  'fan-out-1000': workload('fan-out-1000', 2, fan(1000)),
  'chain-200': workload('chain-200', 100, chain(200)),
};

/**
 * Runs a graph with a `step(name, body)` primitive, level by level: for systems whose workflow is code, and which ask
 * for a deterministic order.
 */
export async function runLevelByLevel(workload, input, step) {
  const results = new Array(workload.steps.length);
  const runStep = async (index) => {
    const node = workload.steps[index];
    const parents = node.parents.map((parent) => results[parent]);
    results[index] = await step(node.name, async () => runBody(node, parents, input));
  };
  for (const level of workload.levels) {
    if (level.length === 1) await runStep(level[0]);
    else await Promise.all(level.map(runStep));
  }
  return results[workload.last];
}

function chain(length) {
  return Object.fromEntries(Array.from({ length }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
}

function fan(width) {
  const branches = Array.from({ length: width }, (_, i) => `p${i}`);
  return { start: [], ...Object.fromEntries(branches.map((name) => [name, ['start']])), join: branches };
}

/** `parentsByName` lists the steps in topological order. */
function workload(name, inFlightAtLoad, parentsByName) {
  const names = Object.keys(parentsByName);
  const position = new Map(names.map((stepName, index) => [stepName, index]));
  const steps = names.map((stepName, index) => ({
    index,
    name: stepName,
    parents: parentsByName[stepName].map((parent) => position.get(parent)),
    children: [],
  }));
  const levelOf = [];
  const levels = [];
  const sums = [];
  for (const step of steps) {
    for (const parent of step.parents) steps[parent].children.push(step.index);
    levelOf[step.index] = step.parents.length === 0 ? 0 : 1 + Math.max(...step.parents.map((p) => levelOf[p]));
    levels[levelOf[step.index]] ??= [];
    levels[levelOf[step.index]].push(step.index);
    sums[step.index] = step.parents.reduce((sum, parent) => (sum + sums[parent]) % 1_000_003, 1);
  }
  const last = steps.length - 1;
  return {
    name,
    inFlightAtLoad,
    steps,
    levels,
    roots: steps.filter((step) => step.parents.length === 0).map((step) => step.index),
    last,
    expected: sums[last],
  };
}
