import { cacheDefaults } from '@tasker/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterHit, afterMiss, unknownAccess } from './access-record.ts';
import { adaptiveTtlSeconds } from './adaptive-ttl.ts';

const ttl = (base: number, of: object, settings: object = {}) =>
  adaptiveTtlSeconds(base, { ...unknownAccess, ...of }, { ...cacheDefaults, ...settings });

describe('the time that an answer is kept', () => {
  it.each([
    [{}, 300],
    [{ hitRate: 0.8 }, 300],
    [{ hitRate: 0.81 }, 450],
    [{ hitRate: 0.3 }, 300],
    [{ hitRate: 0.29 }, 210],
    [{ hitRate: 0.001 }, 210],
    [{ averageGenerationSeconds: 1 }, 300],
    [{ averageGenerationSeconds: 1.01 }, 390],
    [{ averageGenerationSeconds: 0.1 }, 300],
    [{ averageGenerationSeconds: 0.09 }, 240],
    [{ accessFrequency: 100 }, 300],
    [{ accessFrequency: 101 }, 360],
    [{ accessFrequency: 5 }, 300],
    [{ accessFrequency: 4.9 }, 270],
    [{ hitRate: 1, averageGenerationSeconds: 2, accessFrequency: 200 }, 702],
    [{ hitRate: 0.1, averageGenerationSeconds: 0.01, accessFrequency: 1 }, 151],
    [{ averageGenerationSeconds: 2, accessFrequency: 200 }, 468],
  ])('CORE-124, SURF-66: of %j is 300 s times what that says: %d s', (access, seconds) => {
    expect(ttl(300, access)).toBe(seconds);
  });

  it('CORE-124, SURF-66: is cut to whole seconds, and kept within its bounds', () => {
    expect(ttl(101, { hitRate: 0.2 })).toBe(70);
    expect(ttl(90, { hitRate: 0.2 })).toBe(63);
    expect(ttl(10, {})).toBe(30);
    expect(ttl(3000, { hitRate: 0.9 })).toBe(3600);
    expect(ttl(10, {}, { minAdaptiveTtlSeconds: 1 })).toBe(10);
    expect(ttl(3000, { hitRate: 0.9 }, { maxAdaptiveTtlSeconds: 5000 })).toBe(4500);
  });

  it('CORE-124, SURF-66: is the one that was asked for where nothing is adapted', () => {
    const off = { adaptiveTtlEnabled: false };
    for (const base of [1.5, 10, 9999]) expect(ttl(base, { hitRate: 1, accessFrequency: 500 }, off)).toBe(base);
  });

  it('CORE-124, SURF-66: is whole and within its bounds, whatever is known', () => {
    const figure = (max: number) => fc.double({ min: 0, max, noNaN: true });
    fc.assert(
      fc.property(figure(1e6), figure(1), figure(1e3), figure(1e6), (base, hitRate, generation, frequency) => {
        const seconds = ttl(base, { hitRate, averageGenerationSeconds: generation, accessFrequency: frequency });
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(30);
        expect(seconds).toBeLessThanOrEqual(3600);
      }),
    );
  });
});

describe('what is known of an answer', () => {
  it('CORE-126, SURF-66: follows hits and misses by the formulas', () => {
    const missed = afterMiss(unknownAccess, 2, cacheDefaults);
    expect(missed).toMatchObject({ hitRate: 0, accessFrequency: 1, totalAccesses: 1, hits: 0, misses: 1 });
    expect(missed.averageGenerationSeconds).toBeCloseTo(0.2);
    const found = afterHit(missed, cacheDefaults);
    expect(found).toMatchObject({ totalAccesses: 2, hits: 1, misses: 1 });
    expect(found.hitRate).toBeCloseTo(0.1);
    expect(found.averageGenerationSeconds).toBeCloseTo(0.19);
    expect(found.accessFrequency).toBeCloseTo(1.95);
    const again = afterMiss(found, 1, cacheDefaults);
    expect(again.hitRate).toBeCloseTo(0.09);
    expect(again.averageGenerationSeconds).toBeCloseTo(0.271);
    expect(again.accessFrequency).toBeCloseTo(2.8525);
  });

  it('CORE-126: has a hit rate from 0 to 1, and counts everything once', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (course) => {
        const last = course.reduce(
          (record, hit) => (hit ? afterHit(record, cacheDefaults) : afterMiss(record, 1, cacheDefaults)),
          unknownAccess,
        );
        expect(last.hitRate).toBeGreaterThanOrEqual(0);
        expect(last.hitRate).toBeLessThanOrEqual(1);
        expect([last.hits + last.misses, last.totalAccesses]).toEqual([course.length, course.length]);
      }),
    );
  });
});
