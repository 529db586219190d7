import { expect, test } from 'vitest';
import { FailureCounter, readMagicValue } from './magic-value.ts';

test('a value may say how often it fails; without a number it always does', () => {
  expect(readMagicValue('tok__fail3')).toEqual({ value: 'tok', failures: 3 });
  expect(readMagicValue('tok')).toEqual({ value: 'tok', failures: Number.POSITIVE_INFINITY });
  expect(readMagicValue('tok__failed')).toEqual({ value: 'tok__failed', failures: Number.POSITIVE_INFINITY });
});

test('failures are counted by key', () => {
  const counter = new FailureCounter();
  expect([1, 2, 3].map(() => counter.shouldFail('a', 2))).toEqual([true, true, false]);
  expect(counter.shouldFail('b', 2)).toBe(true);
});
