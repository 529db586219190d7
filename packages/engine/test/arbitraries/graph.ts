import fc from 'fast-check';
import type { GraphStep } from '../../src/graph/graph-problems.ts';

/** Graphs that can run: steps in an order of their own, parents among those before them, then declared in any order. */
export function arbitraryGraph(maxSteps = 30): fc.Arbitrary<GraphStep[]> {
  return fc
    .integer({ min: 1, max: maxSteps })
    .chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, step) =>
          fc.subarray(Array.from({ length: step }, (__, parent) => parent)),
        ),
      ),
    )
    .map((parents) =>
      parents.map((own, step) => ({ name: `step_${step}`, dependencies: own.map((parent) => `step_${parent}`) })),
    )
    .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }));
}
