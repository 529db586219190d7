import { expect, it } from 'vitest';
import { createHeldSteps, type HeldStep } from './held-steps.ts';

const step = (lease: number, position: number): HeldStep => ({ taskId: 't', step: position, attempt: 1, lease });

it('tells when a lease has nothing left', () => {
  const held = createHeldSteps();
  const [a, b, c] = [step(1, 0), step(1, 1), step(2, 2)];
  for (const each of [a, b, c]) held.add(each);
  expect([held.size, held.leases(), held.inLease(1)]).toEqual([3, [1, 2], [a, b]]);
  expect(held.remove(a)).toBeUndefined();
  expect(held.remove(a)).toBeUndefined();
  expect(held.remove(b)).toBe(1);
  expect([held.size, held.leases(), held.all()]).toEqual([1, [2], [c]]);
});

it('tells which leases close with steps that are about to leave', () => {
  const held = createHeldSteps();
  const [a, b, c] = [step(1, 0), step(1, 1), step(2, 2)];
  for (const each of [a, b, c]) held.add(each);
  expect(held.closedBy([a, c])).toEqual([2]);
  expect(held.closedBy([a, b])).toEqual([1]);
  expect(held.closedBy([])).toEqual([]);
  held.remove(b);
  expect(held.closedBy([a])).toEqual([1]);
});
