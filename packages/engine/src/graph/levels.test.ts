import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { templateOf } from '../../test/arbitraries/template.ts';
import { compilePlan } from './compile-plan.ts';
import { levels } from './levels.ts';

describe('the levels of a graph', () => {
  it('CORE-49, TC-22: are longest-path depths', () => {
    const plan = compilePlan(
      templateOf([
        { name: 'a', dependencies: [] },
        { name: 'b', dependencies: ['a'] },
        { name: 'c', dependencies: ['b'] },
        { name: 'd', dependencies: ['a', 'c'] },
        { name: 'lone', dependencies: [] },
      ]),
    );
    expect(levels(plan)).toEqual([0, 1, 2, 3, 0]);
  });

  it('are one more than the deepest parent, and 0 without one', () => {
    fc.assert(
      fc.property(arbitraryGraph(), (steps) => {
        const plan = compilePlan(templateOf(steps));
        const depth = levels(plan);
        for (const { position, parents } of plan.steps) {
          expect(depth[position]).toBe(Math.max(-1, ...parents.map((parent) => depth[parent] ?? NaN)) + 1);
        }
      }),
    );
  });

  it('CORE-49: of 20 fully connected layers of 20 steps, which have more ways than anybody could go', () => {
    const layers = Array.from({ length: 20 }, (_, layer) =>
      Array.from({ length: 20 }, (__, index) => `l${layer}_${index}`),
    );
    const steps = layers.flatMap((layer, depth) =>
      layer.map((name) => ({ name, dependencies: layers[depth - 1] ?? [] })),
    );
    const plan = compilePlan(templateOf(steps));
    expect(Math.max(...levels(plan))).toBe(19);
  });
});
