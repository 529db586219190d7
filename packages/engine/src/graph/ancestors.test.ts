import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { templateOf } from '../../test/arbitraries/template.ts';
import { ancestorsOf, isAncestor } from './ancestors.ts';
import { compilePlan } from './compile-plan.ts';
import type { Plan } from './plan.ts';

describe('the ancestors of a step', () => {
  it('are its parents and theirs, whatever the graph', () => {
    fc.assert(
      fc.property(arbitraryGraph(80), (steps) => {
        const plan = compilePlan(templateOf(steps));
        for (const { position } of plan.steps) {
          const expected = walked(plan, position);
          expect(ancestorsOf(plan, position)).toEqual(expected);
          expect(
            plan.steps.filter((step) => isAncestor(plan, step.position, position)).map((step) => step.position),
          ).toEqual(expected);
        }
      }),
      { numRuns: 30 },
    );
  });
});

function walked(plan: Plan, position: number): number[] {
  const found = new Set<number>();
  const visit = (at: number) => {
    for (const parent of plan.steps[at]?.parents ?? []) {
      if (!found.has(parent)) visit(parent);
      found.add(parent);
    }
  };
  visit(position);
  return [...found].toSorted((one, other) => one - other);
}
