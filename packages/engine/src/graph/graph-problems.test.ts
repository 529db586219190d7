import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { describeGraphProblem } from './describe-graph-problem.ts';
import { type GraphStep, graphProblems } from './graph-problems.ts';

function step(name: string, ...dependencies: string[]): GraphStep {
  return { name, dependencies };
}

function inWords(...steps: GraphStep[]): string[] {
  return graphProblems(steps).map((problem) => describeGraphProblem(problem).message);
}

describe('a graph of steps', () => {
  it('CORE-07: may have diamonds', () => {
    expect(inWords(step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c'))).toEqual([]);
  });

  it('CORE-95: needs a step', () => {
    expect(inWords()).toEqual(['A template needs at least one step.']);
  });

  it('CORE-06, CORE-95: refuses two steps of one name', () => {
    expect(inWords(step('a'), step('b'), step('a', 'b'))).toEqual([
      'There are two steps named `a` (the first is number 1).',
    ]);
  });

  it('CORE-07, TC-28: refuses a step that depends on itself', () => {
    expect(inWords(step('a', 'a'))).toEqual(['Step `a` depends on itself.']);
  });

  it('CORE-95: refuses a dependency that does not exist', () => {
    expect(inWords(step('a'), step('b', 'aa'))).toEqual(['Step `b` depends on `aa`, which does not exist.']);
  });

  it('CORE-07, TC-28: refuses steps that wait for each other, and says along which way', () => {
    expect(inWords(step('a', 'c'), step('b', 'a'), step('c', 'b'), step('d', 'c'))).toEqual([
      'These steps wait for each other: a → c → b → a (each depends on the next).',
    ]);
  });

  it('reports everything together', () => {
    expect(
      graphProblems([step('a', 'b', 'x'), step('b', 'a'), step('b'), step('c', 'c')]).map(({ kind }) => kind),
    ).toEqual(['duplicate_step', 'unknown_dependency', 'self_dependency', 'cycle']);
  });

  it('names the place of each problem', () => {
    const [problem] = graphProblems([step('a'), step('b', 'a', 'x')]);
    expect(problem && describeGraphProblem(problem).path).toEqual(['steps', 1, 'dependencies', 1]);
  });

  it('finds nothing wrong with a graph that can run', () => {
    fc.assert(
      fc.property(arbitraryGraph(), (steps) => {
        expect(graphProblems(steps)).toEqual([]);
      }),
    );
  });

  it('finds a cycle whenever an edge leads back, and its path is one (TC-28)', () => {
    fc.assert(
      fc.property(arbitraryGraph(), fc.nat(), fc.nat(), (steps, one, other) => {
        const from = steps[one % steps.length];
        const to = steps[other % steps.length];
        fc.pre(from !== undefined && to !== undefined && from !== to && reaches(steps, from, to));
        const backwards = steps.map((each) => (each === to ? step(to.name, ...to.dependencies, from.name) : each));
        const [problem] = graphProblems(backwards);
        expect(problem?.kind).toBe('cycle');
        const path = problem?.kind === 'cycle' ? problem.path : [];
        expect(path.at(-1)).toBe(path[0]);
        for (const [index, name] of path.slice(0, -1).entries()) {
          expect(backwards.find((each) => each.name === name)?.dependencies).toContain(path[index + 1]);
        }
      }),
    );
  });

  it('is checked in time for a chain longer than the stack is deep, and for a knot of hundreds of cycles', () => {
    const chain = Array.from({ length: 100_000 }, (_, index) =>
      index === 0 ? step('s0') : step(`s${index}`, `s${index - 1}`),
    );
    expect(graphProblems(chain.toReversed())).toEqual([]);
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    expect(graphProblems(names.map((name) => step(name, ...names)).slice(0, 200)).length).toBeLessThanOrEqual(210);
  });
});

function reaches(steps: readonly GraphStep[], from: GraphStep, to: GraphStep): boolean {
  const parents = steps.filter((each) => from.dependencies.includes(each.name));
  return parents.some((parent) => parent === to || reaches(steps, parent, to));
}
