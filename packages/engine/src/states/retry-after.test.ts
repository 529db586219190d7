import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['30', 30_000],
    [30, 30_000],
    ['2.5', 2_500],
    [0.25, 250],
    ['-1', 0],
    [-1, 0],
    ['99999', 99_999_000],
    [' 7 ', 7_000],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
    ['Friday, 20-Nov-26 12:01:00 GMT', 60_000],
    ['Fri Nov 20 12:01:00 2026 GMT', 60_000],
    ['20 Nov 2026 13:01:00 +0100', 60_000],
    ['2026-11-20T12:01:00Z', 60_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    [['30', '60'], 30_000],
  ])('CORE-54: of %j is %d milliseconds', (value, expectedMs) => {
    expect(parseRetryAfterMs(value, now)).toBe(expectedMs);
  });

  it.each([
    '',
    '  ',
    'soon',
    'in 5 minutes',
    'Fri, the last',
    '5 apples',
    '1e9',
    NaN,
    null,
    undefined,
    {},
    [],
    true,
    10n,
  ])('CORE-54: of %s says nothing, and does not throw', (value) => {
    expect(parseRetryAfterMs(value, now)).toBeUndefined();
  });

  it('CORE-54: never throws and is never negative, whatever the server sends', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = parseRetryAfterMs(value, now);
        expect(parsed === undefined || parsed >= 0).toBe(true);
      }),
    );
  });
});
