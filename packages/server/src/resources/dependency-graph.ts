import type { StepDocument } from '@tasker/contract';
import type { DependencyGraph } from '@tasker/contract/wire';

/** The graph of a template that is registered, and so has no cycles and names no unknown steps. */
export function dependencyGraph(steps: readonly StepDocument[]): DependencyGraph {
  const levels = levelsOf(steps);
  return {
    nodes: steps.map(({ name, handler }) => ({ id: name, name, type: 'step', handler: handler.callable })),
    edges: steps.flatMap(({ name, dependencies }) =>
      dependencies.map((from) => ({ from, to: name, type: 'dependency' as const })),
    ),
    execution_order: levels.flat(),
    levels,
  };
}

/** Names by the length of the longest way from a step without parents. */
function levelsOf(steps: readonly StepDocument[]): string[][] {
  const children = new Map<string, string[]>(steps.map(({ name }) => [name, []]));
  for (const { name, dependencies } of steps) for (const parent of dependencies) children.get(parent)?.push(name);
  const open = new Map(steps.map(({ name, dependencies }) => [name, dependencies.length]));
  const levels: string[][] = [];
  let level = steps.filter(({ dependencies }) => dependencies.length === 0).map(({ name }) => name);
  while (level.length > 0) {
    levels.push(level);
    const next: string[] = [];
    for (const name of level.flatMap((parent) => children.get(parent) ?? [])) {
      const left = (open.get(name) ?? 0) - 1;
      open.set(name, left);
      if (left === 0) next.push(name);
    }
    level = next;
  }
  return levels;
}
