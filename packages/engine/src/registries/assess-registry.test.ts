import { distributions, utilizations } from '@tasker/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assessRegistry } from './assess-registry.ts';

const words = { items: 'templates', group: 'namespace' };
const marksOf = (...counts: number[]) => {
  const items = counts.reduce((sum, count) => sum + count, 0);
  return assessRegistry({ items, byGroup: Object.fromEntries(counts.map((count, i) => [`g${i}`, count])) }, words);
};

it.each([
  [0, 'empty', 0.4],
  [1, 'low', 0.7],
  [5, 'low', 0.7],
  [6, 'medium', 0.9],
  [20, 'medium', 0.9],
  [21, 'high', 1],
  [50, 'high', 1],
  [51, 'very_high', 0.8],
] as const)('CORE-120, SURF-69: %d in one group is %s, with an efficiency of %d', (count, utilization, efficiency) => {
  expect(marksOf(count)).toMatchObject({ utilization, distribution: 'uniform', efficiency });
});

it.each([
  [[], 'empty', 0.2],
  [[3, 3, 3], 'uniform', 0.9],
  [[1, 2, 3], 'even', 0.9],
  // variance 2 exactly
  [[1, 3, 3, 5], 'varied', 0.6],
  [[1, 20], 'varied', 0.7],
  [[1, 60], 'varied', 0.5],
] as const)('CORE-120, SURF-69: %j is spread %s, with an efficiency of %d', (counts, distribution, efficiency) => {
  expect(marksOf(...counts)).toMatchObject({ distribution, efficiency });
});

it('CORE-120, SURF-69: recommends something where something stands out', () => {
  expect(marksOf(3, 3).recommendations).toEqual([]);
  expect(marksOf().recommendations).toEqual(['No templates are registered.']);
  expect(marksOf(1, 60).recommendations).toEqual([
    'There are 61 templates: see that each of them is still needed.',
    'templates are spread unevenly: namespace g1 alone has 60.',
  ]);
});

it('CORE-120: has marks within their bounds for any counts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000)), (counts) => {
      const { utilization, distribution, efficiency } = marksOf(...counts);
      expect(utilizations).toContain(utilization);
      expect(distributions).toContain(distribution);
      expect(efficiency).toBeGreaterThanOrEqual(0);
      expect(efficiency).toBeLessThanOrEqual(1);
    }),
  );
});
