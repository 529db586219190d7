import { isSettled } from '@tasker/contract';
import type { DependencyAnalysis } from '@tasker/contract/wire';
import type { StepView, TaskDetail } from '@tasker/engine';

/**
 * What the graph of a task and the states of its steps say about its course. Linear, but for what is in error.
 *
 * @param steps all of the task, by position
 */
export function analyseDependencies(
  { steps, execution }: Pick<TaskDetail, 'steps' | 'execution'>,
  now: Date,
): DependencyAnalysis {
  const graph = graphOf(steps);
  const paths = criticalPaths(steps);
  const parallelism = parallelismOf(steps, execution.completionPercentage);
  const chains = errorChains(steps);
  const bottlenecks = bottlenecksOf(steps);
  return {
    analysis_timestamp: now.toISOString(),
    dependency_graph: graph,
    critical_paths: paths,
    parallelism_opportunities: parallelism,
    error_chains: chains,
    bottlenecks,
    task_execution_summary: summaryOf(steps, graph.edges.length, { paths, parallelism, chains, bottlenecks }),
  };
}

type Part<Key extends keyof DependencyAnalysis> = DependencyAnalysis[Key];

function graphOf(steps: readonly StepView[]): Part<'dependency_graph'> {
  const idsOf = (positions: readonly number[]) => positions.flatMap((position) => steps[position]?.stepId ?? []);
  return {
    nodes: steps.map(({ stepId, name, level }) => ({ id: stepId, name, level })),
    edges: steps.flatMap(({ stepId, name, children }) =>
      children
        .flatMap((child) => steps[child] ?? [])
        .map((to) => ({ from: stepId, to: to.stepId, from_name: name, to_name: to.name })),
    ),
    adjacency_list: Object.fromEntries(steps.map(({ stepId, children }) => [stepId, idsOf(children)])),
    reverse_adjacency_list: Object.fromEntries(steps.map(({ stepId, parents }) => [stepId, idsOf(parents)])),
    dependency_levels: Object.fromEntries(steps.map(({ stepId, level }) => [stepId, level])),
  };
}

/** One longest way; all of them may be more than there are atoms. */
function criticalPaths(steps: readonly StepView[]): Part<'critical_paths'> {
  const roots = steps.filter(({ parents }) => parents.length === 0);
  const leaves = steps.filter(({ children }) => children.length === 0);
  const ways = new Map<number, number>();
  // parents stand before their children
  for (const { position, parents } of steps) {
    ways.set(position, parents.length === 0 ? 1 : parents.reduce((sum, parent) => sum + (ways.get(parent) ?? 0), 0));
  }
  const path = longestPath(steps);
  const completed = path.filter(({ state }) => isSettled(state)).length;
  return {
    total_paths: Math.min(
      leaves.reduce((sum, { position }) => sum + (ways.get(position) ?? 0), 0),
      Number.MAX_SAFE_INTEGER,
    ),
    longest_path_length: path.length,
    paths:
      path.length === 0
        ? []
        : [
            {
              path: path.map(({ stepId }) => stepId),
              step_names: path.map(({ name }) => name),
              length: path.length,
              completed_steps: completed,
              blocked_steps: path.filter(isBlocked).length,
              error_steps: path.filter(({ state }) => state === 'error').length,
              ready_steps: path.filter(({ ready }) => ready).length,
              completion_percentage: percent(completed, path.length),
            },
          ],
    root_nodes: roots.map(({ stepId }) => stepId),
    leaf_nodes: leaves.map(({ stepId }) => stepId),
  };
}

/** From the deepest step upwards, each time to a parent one level above. */
function longestPath(steps: readonly StepView[]): StepView[] {
  let step = steps.reduce<StepView | undefined>(
    (deepest, each) => (deepest === undefined || each.level > deepest.level ? each : deepest),
    undefined,
  );
  const path: StepView[] = [];
  while (step !== undefined) {
    path.unshift(step);
    const above: number = step.level - 1;
    step = step.parents.flatMap((parent) => steps[parent] ?? []).find(({ level }) => level === above);
  }
  return path;
}

function parallelismOf(steps: readonly StepView[], completion: number): Part<'parallelism_opportunities'> {
  const byLevel = new Map<number, StepView[]>();
  for (const step of steps) {
    const known = byLevel.get(step.level);
    if (known === undefined) byLevel.set(step.level, [step]);
    else known.push(step);
  }
  const levels = [...byLevel].toSorted(([one], [other]) => one - other);
  const wide = levels.filter(([, ofLevel]) => ofLevel.length > 1).length;
  return {
    total_steps: steps.length,
    total_levels: levels.length,
    max_parallel_steps: Math.max(0, ...levels.map(([, ofLevel]) => ofLevel.length)),
    current_parallel_opportunities: steps.filter(({ ready }) => ready).length,
    blocked_parallel_opportunities: steps.filter(isBlocked).length,
    overall_completion: completion,
    parallelism_efficiency: percent(wide, levels.length),
    levels: levels.map(([level, ofLevel]) => ({
      level,
      total_steps: ofLevel.length,
      ready_steps: ofLevel.filter(({ ready }) => ready).length,
      blocked_steps: ofLevel.filter(isBlocked).length,
      error_steps: ofLevel.filter(({ state }) => state === 'error').length,
      completed_steps: ofLevel.filter(({ state }) => isSettled(state)).length,
      step_names: ofLevel.map(({ name }) => name),
    })),
  };
}

/** What the figures of impact are made of. */
const weights = { downstream: 5, blocked: 15, attempt: 3, exhausted: 20 };
const multipliers = { error: 2, exhausted: 0.5, blocked: 1.2 };
const thresholds = [
  [100, 'Critical'],
  [50, 'High'],
  [20, 'Medium'],
] as const;

function errorChains(steps: readonly StepView[]): Part<'error_chains'> {
  const failed = steps.filter(({ state }) => state === 'error');
  const chains = failed.map((step) => {
    const downstream = downstreamOf(steps, step);
    const blocked = downstream.filter(isBlocked).length;
    const impact = blocked * weights.blocked + downstream.length * weights.downstream + step.attempts * weights.attempt;
    return {
      error_step_id: step.stepId,
      error_step_name: step.name,
      error_attempts: step.attempts,
      retry_limit: step.maxAttempts,
      exhausted: step.failedForGood,
      next_retry_at: step.nextAttemptAt?.toISOString() ?? null,
      downstream_steps: downstream.map(({ stepId }) => stepId),
      blocked_downstream_steps: blocked,
      total_impact: impact + (step.failedForGood ? weights.exhausted : 0),
    };
  });
  const sorted = chains.toSorted((one, other) => other.total_impact - one.total_impact);
  const blockedIds = new Set(
    failed.flatMap((step) =>
      downstreamOf(steps, step)
        .filter(isBlocked)
        .map(({ stepId }) => stepId),
    ),
  );
  return {
    total_error_steps: failed.length,
    total_steps: steps.length,
    error_percentage: percent(failed.length, steps.length),
    total_blocked_by_errors: blockedIds.size,
    most_critical_error: sorted[0]?.error_step_name ?? null,
    error_chains: sorted,
  };
}

type Bottleneck = Part<'bottlenecks'>['bottlenecks'][number];

/** What is in error; where nothing is, what waits for others or was tried again. */
function bottlenecksOf(steps: readonly StepView[]): Part<'bottlenecks'> {
  const failed = steps.filter(({ state }) => state === 'error');
  const open = steps.filter(({ state }) => !isSettled(state) && state !== 'cancelled');
  const candidates = failed.length > 0 ? failed : open.filter((step) => isBlocked(step) || step.attempts >= 2);
  const found = candidates
    .map((step) => bottleneck(steps, step))
    .toSorted((one, other) => other.impact_score - one.impact_score);
  const count = (severity: Bottleneck['severity']) => found.filter((each) => each.severity === severity).length;
  return {
    total_bottlenecks: found.length,
    critical_bottlenecks: count('Critical'),
    overall_impact: overallImpact(
      found.length,
      count('Critical'),
      count('High'),
      failed.length / Math.max(1, steps.length),
    ),
    bottlenecks: found.slice(0, 10),
  };
}

function bottleneck(steps: readonly StepView[], step: StepView): Bottleneck {
  const downstream = downstreamOf(steps, step);
  const blocked = downstream.filter(isBlocked).length;
  const base = downstream.length * weights.downstream + blocked * weights.blocked;
  const penalties = step.attempts * weights.attempt + (step.failedForGood ? weights.exhausted : 0);
  const score = Math.round(base * multiplierOf(step) + penalties);
  return {
    step_id: step.stepId,
    step_name: step.name,
    current_state: step.state,
    attempts: step.attempts,
    retry_limit: step.maxAttempts,
    downstream_steps_count: downstream.length,
    blocked_downstream_count: blocked,
    impact_score: score,
    severity: thresholds.find(([least]) => score >= least)?.[1] ?? 'Low',
    bottleneck_type: typeOf(step),
  };
}

function multiplierOf(step: StepView): number {
  if (step.state === 'error') return multipliers.error + (step.failedForGood ? multipliers.exhausted : 0);
  return isBlocked(step) ? multipliers.blocked : 1;
}

function typeOf(step: StepView): Bottleneck['bottleneck_type'] {
  if (step.failedForGood) return 'Permanent Failure';
  if (step.state === 'error') return 'Active Error';
  return isBlocked(step) ? 'Dependency Block' : 'Retry Exhaustion';
}

function overallImpact(
  all: number,
  critical: number,
  high: number,
  failedShare: number,
): Part<'bottlenecks'>['overall_impact'] {
  if (all === 0) return 'None';
  if (critical >= 3 || failedShare > 0.5) return 'Severe';
  if (critical >= 1 || high >= 3) return 'High';
  return high >= 1 || all >= 5 ? 'Medium' : 'Low';
}

interface Findings {
  readonly paths: Part<'critical_paths'>;
  readonly parallelism: Part<'parallelism_opportunities'>;
  readonly chains: Part<'error_chains'>;
  readonly bottlenecks: Part<'bottlenecks'>;
}

function summaryOf(
  steps: readonly StepView[],
  dependencies: number,
  findings: Findings,
): Part<'task_execution_summary'> {
  const { paths, parallelism, chains, bottlenecks } = findings;
  const critical = bottlenecks.critical_bottlenecks;
  const failing = chains.error_chains.length;
  const isStrained = bottlenecks.bottlenecks.some(({ severity }) => severity === 'High');
  const recommendations = [
    ...(critical > 0 ? [`Look after the ${critical} critical bottlenecks first.`] : []),
    ...(failing > 0
      ? [`Resolve what is in error: ${chains.error_chains.map((chain) => chain.error_step_name).join(', ')}.`]
      : []),
  ];
  return {
    total_steps: steps.length,
    total_dependencies: dependencies,
    dependency_levels: parallelism.total_levels,
    longest_path_length: paths.longest_path_length,
    critical_bottlenecks_count: critical,
    error_chains_count: failing,
    parallelism_efficiency: parallelism.parallelism_efficiency,
    overall_health: critical > 0 || failing > 0 ? 'critical' : isStrained ? 'warning' : 'healthy',
    recommendations: recommendations.length > 0 ? recommendations : ['Nothing is wrong with this task.'],
  };
}

/** It has parents that do not let it run. */
function isBlocked({ state, parents, settledParents }: StepView): boolean {
  return state === 'pending' && settledParents < parents.length;
}

/** Everything that depends on the step, by whatever way. */
function downstreamOf(steps: readonly StepView[], { children }: StepView): StepView[] {
  const reached = new Set<number>();
  const open = [...children];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(steps[next]?.children ?? []));
  }
  return steps.filter(({ position }) => reached.has(position));
}

/** One decimal. */
const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10);
