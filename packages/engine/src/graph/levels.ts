import type { Plan } from './plan.ts';

/**
 * The depth of each step by position: 0 for a root, else one more than its deepest parent (the longest
 * path, not the shortest). One pass over the edges, because parents stand before their children.
 */
export function levels(plan: Plan): number[] {
  const depth: number[] = [];
  for (const step of plan.steps) {
    depth.push(step.parents.reduce((deepest, parent) => Math.max(deepest, (depth[parent] ?? 0) + 1), 0));
  }
  return depth;
}
