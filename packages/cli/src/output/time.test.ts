import { expect, test } from 'vitest';
import { formatDuration, formatUntil } from './time.ts';

test.each([
  [0, '0 ms'],
  [0.4, '0 ms'],
  [999, '999 ms'],
  [999.7, '1.0 s'],
  [59_900, '59.9 s'],
  [59_980, '1 min'],
  [184_000, '3 min 4 s'],
  [3_599_900, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [97_200_000, '1 d 3 h'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('what has come is now', () => {
  const now = new Date('2030-01-01T00:00:00Z');
  expect(formatUntil(new Date(now.getTime() + 1500), now)).toBe('in 1.5 s');
  expect(formatUntil(now, now)).toBe('now');
});
