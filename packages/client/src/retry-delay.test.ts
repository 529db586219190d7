import { fc, it as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { parseRetryAfterMs, retryDelayMs } from './retry-delay.ts';

describe('the wait before another attempt', () => {
  it('grows twofold up to ten seconds, and is shorter by up to a half at random', () => {
    expect([1, 2, 3, 6, 7, 20].map((attempt) => retryDelayMs(attempt, undefined, 1))).toEqual([
      200, 400, 800, 6_400, 10_000, 10_000,
    ]);
    expect(retryDelayMs(3, undefined, 0)).toBe(400);
  });

  property.prop([
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 0, max: 60_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ])('is never shorter than the server wants', (attempt, wantedMs, random) => {
    const delayMs = retryDelayMs(attempt, wantedMs, random);
    expect(delayMs).toBeGreaterThanOrEqual(wantedMs);
    expect(delayMs).toBeLessThanOrEqual(wantedMs + 200);
  });

  it('is none when the server wants to be left alone for longer than a minute', () => {
    expect(retryDelayMs(1, 60_001, 0)).toBeUndefined();
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['-5', 0],
    ['Fri, 20 Nov 2026 12:00:02 GMT', 2_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j means %j ms', (header, ms) => {
    expect(parseRetryAfterMs(header, now)).toBe(ms);
  });
});
