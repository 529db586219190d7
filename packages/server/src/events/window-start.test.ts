import { expect, it } from 'vitest';
import { createWindowStart } from './window-start.ts';

const at = (second: number) => `2026-11-20T14:00:${String(second).padStart(2, '0')}.000000Z`;
const horizon = (second: number, oldest: bigint, next: bigint, openSince = at(second)) => ({
  snapshot: `${oldest}:${next}:`,
  oldestTransaction: oldest,
  nextTransaction: next,
  now: at(second),
  openSince,
  delayMs: 5_000,
});

it('one looks back as far as a lease lasts and a little more, when no transaction is open', () => {
  const start = createWindowStart();
  expect(start.after(horizon(20, 10n, 10n))).toBe(at(10));
  expect(start.after(horizon(30, 15n, 15n))).toBe(at(20));
});

it('while a transaction is open, one looks back to before it began', () => {
  const start = createWindowStart();
  start.after(horizon(20, 10n, 10n));
  start.after(horizon(30, 20n, 20n));
  // 22 is open: it began after the second look and before the third
  expect(start.after(horizon(40, 22n, 25n))).toBe(at(20));
  expect(start.after(horizon(50, 22n, 30n))).toBe(at(20));
  expect(start.after(horizon(59, 35n, 35n))).toBe(at(49));
});

it('what was open when the looking began is as old as the server says', () => {
  const start = createWindowStart();
  expect(start.after(horizon(40, 5n, 10n, at(30)))).toBe(at(20));
  expect(start.after(horizon(50, 5n, 12n, at(30)))).toBe(at(20));
});
