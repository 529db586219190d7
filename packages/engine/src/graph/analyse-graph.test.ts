import { expect, it } from 'vitest';
import { analyseGraph } from './analyse-graph.ts';

const graph = (parents: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(parents).map(([name, dependencies]) => ({ name, dependencies }));

it('CORE-103, SURF-76: a diamond has its nodes, edges, order, levels, roots and leaves', () => {
  const analysis = analyseGraph(graph({ join: ['left', 'right'], left: ['top'], right: ['top', 'top'], top: [] }));
  expect(analysis).toEqual({
    nodes: [
      { name: 'join', dependencies: ['left', 'right'] },
      { name: 'left', dependencies: ['top'] },
      { name: 'right', dependencies: ['top'] },
      { name: 'top', dependencies: [] },
    ],
    edges: [
      { from: 'left', to: 'join', type: 'multiple' },
      { from: 'right', to: 'join', type: 'multiple' },
      { from: 'top', to: 'left', type: 'single' },
      { from: 'top', to: 'right', type: 'single' },
    ],
    topology: ['top', 'left', 'right', 'join'],
    cycles: [],
    levels: [['top'], ['left', 'right'], ['join']],
    roots: ['top'],
    leaves: ['join'],
    summary: { totalSteps: 4, totalDependencies: 4, hasCycles: false, maxDepth: 3, parallelBranches: 2 },
  });
});

it('CORE-103, SURF-76: cycles are named, and what has an order only without them is empty', () => {
  const analysis = analyseGraph(graph({ a: ['c'], b: ['a'], c: ['b'], d: ['d'], e: ['nobody'] }));
  expect(analysis).toMatchObject({
    topology: [],
    levels: [],
    roots: ['e'],
    leaves: ['e'],
    summary: { totalSteps: 5, totalDependencies: 4, hasCycles: true, maxDepth: 0, parallelBranches: 1 },
  });
  expect(analysis.cycles.map((cycle) => cycle.toSorted().join(' '))).toEqual(['d d', 'a a b c']);
});

it('CORE-103: a graph of nothing has nothing', () => {
  expect(analyseGraph([])).toMatchObject({ topology: [], cycles: [], summary: { totalSteps: 0, parallelBranches: 1 } });
});
