import { type GraphStep, graphProblems } from './graph-problems.ts';
import { topologicalOrder } from './topological-order.ts';

/** A graph of steps, looked at as a whole. It need not be one that can run. */
export interface GraphAnalysis {
  readonly nodes: readonly { readonly name: string; readonly dependencies: readonly string[] }[];
  /** From a step to each that runs after it; `multiple` when that one has further parents. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly type: 'single' | 'multiple' }[];
  /** An order in which every step stands behind its parents; empty when there are cycles. */
  readonly topology: readonly string[];
  /** Each begins and ends with the same step; the first ten. */
  readonly cycles: readonly (readonly string[])[];
  /** Names by depth: the longest way from a root. Empty when there are cycles. */
  readonly levels: readonly (readonly string[])[];
  /** Without parents. */
  readonly roots: readonly string[];
  /** Without children. */
  readonly leaves: readonly string[];
  readonly summary: {
    readonly totalSteps: number;
    readonly totalDependencies: number;
    readonly hasCycles: boolean;
    /** Steps on the longest way; 0 when there are cycles. */
    readonly maxDepth: number;
    /** Steps on the largest level, at least 1. */
    readonly parallelBranches: number;
  };
}

/** Looks at the graph of steps, of a template say. Names that no step has are no parents. */
export function analyseGraph(steps: readonly GraphStep[]): GraphAnalysis {
  const indexByName = new Map(steps.map(({ name }, index) => [name, index]));
  const parents = steps.map(({ dependencies }) => [
    ...new Set(dependencies.flatMap((name) => indexByName.get(name) ?? [])),
  ]);
  const nameOf = (index: number) => steps[index]?.name ?? '';
  const cycles = cyclesOf(steps);
  const order = cycles.length > 0 ? [] : topologicalOrder(parents);
  const levels = levelsOf(order, parents).map((level) => level.map(nameOf));
  const withChildren = new Set(parents.flat());
  return {
    nodes: steps.map(({ name }, index) => ({ name, dependencies: (parents[index] ?? []).map(nameOf) })),
    edges: steps.flatMap(({ name }, index) => {
      const own = parents[index] ?? [];
      return own.map(
        (parent) => ({ from: nameOf(parent), to: name, type: own.length > 1 ? 'multiple' : 'single' }) as const,
      );
    }),
    topology: order.map(nameOf),
    cycles,
    levels,
    roots: steps.filter((_, index) => parents[index]?.length === 0).map(({ name }) => name),
    leaves: steps.filter((_, index) => !withChildren.has(index)).map(({ name }) => name),
    summary: {
      totalSteps: steps.length,
      totalDependencies: parents.reduce((sum, own) => sum + own.length, 0),
      hasCycles: cycles.length > 0,
      maxDepth: levels.length,
      parallelBranches: Math.max(1, ...levels.map((level) => level.length)),
    },
  };
}

function cyclesOf(steps: readonly GraphStep[]): (readonly string[])[] {
  if (steps.length === 0) return [];
  return graphProblems(steps).flatMap((problem) => {
    if (problem.kind === 'cycle') return [problem.path];
    return problem.kind === 'self_dependency' ? [[problem.name, problem.name]] : [];
  });
}

function levelsOf(order: readonly number[], parents: readonly (readonly number[])[]): number[][] {
  const depth: number[] = [];
  const levels: number[][] = [];
  for (const step of order) {
    const own = (parents[step] ?? []).reduce((deepest, parent) => Math.max(deepest, (depth[parent] ?? 0) + 1), 0);
    depth[step] = own;
    levels[own] = [...(levels[own] ?? []), step];
  }
  return levels;
}
