import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { fromCents, perMille, toCents } from './money.ts';

test.prop([fc.integer({ min: 0, max: 100_000_000 })])('cents survive the trip to a decimal and back', (cents) => {
  expect(toCents(fromCents(cents))).toBe(cents);
});

test('half a cent is rounded up, whatever binary fractions make of it', () => {
  expect(toCents(1.005)).toBe(101);
  expect(toCents(0.015)).toBe(2);
  expect(toCents(1e-7)).toBe(0);
  expect(perMille(10_997, 80)).toBe(880);
  expect(perMille(50, 10)).toBe(1);
});

test('what is no number stays none', () => {
  expect(toCents(Number.NaN)).toBeNaN();
});
