/** The part of a step that makes the graph. */
export interface GraphStep {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/** Something that keeps steps from being a graph that can run. `step` is the index of the offender. */
export type GraphProblem =
  | { readonly kind: 'no_steps' }
  | { readonly kind: 'duplicate_step'; readonly step: number; readonly name: string; readonly firstStep: number }
  | { readonly kind: 'self_dependency'; readonly step: number; readonly name: string; readonly dependency: number }
  | {
      readonly kind: 'unknown_dependency';
      readonly step: number;
      readonly name: string;
      /** Index into the step's `dependencies`. */
      readonly dependency: number;
      readonly missing: string;
    }
  /** `path` begins and ends with the same step; each depends on the next. */
  | { readonly kind: 'cycle'; readonly step: number; readonly path: readonly string[] };

/**
 * Everything that is wrong with a graph, all of it at once: no steps, two of one name, a step after
 * itself or after a step that does not exist, and cycles, each with its path (the first ten, since steps
 * that all wait for each other form more cycles than anybody can read). Linear in steps and dependencies.
 */
export function graphProblems(steps: readonly GraphStep[]): GraphProblem[] {
  if (steps.length === 0) return [{ kind: 'no_steps' }];
  const problems: GraphProblem[] = [];
  const indexByName = new Map<string, number>();
  for (const [step, { name }] of steps.entries()) {
    const firstStep = indexByName.get(name);
    if (firstStep === undefined) indexByName.set(name, step);
    else problems.push({ kind: 'duplicate_step', step, name, firstStep });
  }
  for (const [step, { name, dependencies }] of steps.entries()) {
    for (const [dependency, parent] of dependencies.entries()) {
      if (parent === name) problems.push({ kind: 'self_dependency', step, name, dependency });
      else if (!indexByName.has(parent)) {
        problems.push({ kind: 'unknown_dependency', step, name, dependency, missing: parent });
      }
    }
  }
  return [...problems, ...cycles(steps, indexByName)];
}

/**
 * Walks towards the parents, depth first and without recursion (a chain may be longer than the stack).
 * A parent that is on the way we came from closes a cycle.
 */
function cycles(steps: readonly GraphStep[], indexByName: ReadonlyMap<string, number>): GraphProblem[] {
  const problems: GraphProblem[] = [];
  const state = new Uint8Array(steps.length);
  for (let start = 0; start < steps.length; start += 1) {
    if (state[start] === unseen) walk(start);
  }
  return problems;

  function walk(start: number): void {
    const path = [start];
    const nextDependency = [0];
    state[start] = onPath;
    while (path.length > 0) {
      const top = path.length - 1;
      const step = path[top] ?? 0;
      const position = nextDependency[top] ?? 0;
      const parent = steps[step]?.dependencies[position];
      if (parent === undefined) {
        state[step] = done;
        path.pop();
        nextDependency.pop();
        continue;
      }
      nextDependency[top] = position + 1;
      const next = indexByName.get(parent);
      if (next === undefined || next === step) continue;
      if (state[next] === onPath && problems.length < maxCycles) problems.push(cycleFrom(path, next));
      else if (state[next] === unseen) {
        state[next] = onPath;
        path.push(next);
        nextDependency.push(0);
      }
    }
  }

  function cycleFrom(path: readonly number[], step: number): GraphProblem {
    const members = path.slice(path.indexOf(step));
    return { kind: 'cycle', step, path: [...members, step].map((member) => steps[member]?.name ?? '') };
  }
}

const maxCycles = 10;

const unseen = 0;
const onPath = 1;
const done = 2;
