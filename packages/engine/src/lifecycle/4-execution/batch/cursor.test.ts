import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCursorConfig, createCursorConfigs, createCursorRanges } from './cursor.ts';

const counts = fc.integer({ min: 0, max: 100_000 });
const sizes = fc.integer({ min: 1, max: 5_000 });

/** That parts follow one another from 0 to the end, and none is empty. */
function expectToCover(total: number, parts: readonly (readonly [unknown, unknown])[]): void {
  const ends = parts.map(([, end]) => end);
  expect(parts.map(([start]) => start)).toEqual([0, ...ends].slice(0, parts.length));
  expect(ends.at(-1) ?? 0).toBe(total);
  for (const [start, end] of parts) expect(Number(end)).toBeGreaterThan(Number(start));
}

describe('the parts of a batch', () => {
  it('TC-56: of a given size cover everything once, whatever there is', () => {
    fc.assert(
      fc.property(
        counts,
        sizes,
        fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        (total, size, most) => {
          const ranges = createCursorRanges(total, size, 1, most);
          expectToCover(
            total,
            ranges.map(({ startCursor, endCursor }) => [startCursor, endCursor]),
          );
          if (most !== undefined) expect(ranges.length).toBeLessThanOrEqual(most);
          else expect(ranges).toHaveLength(Math.ceil(total / size));
        },
      ),
    );
  });

  it('TC-56: for a given number of workers cover everything once, in sizes that differ by one at most', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 500 }), (total, workers) => {
        const cursors = createCursorConfigs(total, workers);
        expectToCover(
          total,
          cursors.map(({ cursor_start, cursor_end }) => [cursor_start, cursor_end]),
        );
        expect(cursors).toHaveLength(Math.min(workers, total));
        const rows = cursors.map(({ row_count }) => row_count);
        if (rows.length > 0) expect(Math.max(...rows) - Math.min(...rows)).toBeLessThanOrEqual(1);
        expect(new Set(cursors.map(({ batch_id }) => batch_id)).size).toBe(cursors.length);
      }),
    );
  });

  it('TC-54: are those of the examples', () => {
    expect(createCursorConfigs(1_000, 5)).toEqual(
      [0, 1, 2, 3, 4].map((index) => ({
        batch_id: `00${index + 1}`,
        cursor_start: index * 200,
        cursor_end: (index + 1) * 200,
        row_count: 200,
        worker_index: index,
        total_workers: 5,
      })),
    );
    expect(createCursorConfigs(1_001, 5).map(({ row_count }) => row_count)).toEqual([201, 200, 200, 200, 200]);
    expect(createCursorConfigs(3, 5).map(({ total_workers }) => total_workers)).toEqual([3, 3, 3]);
    expect(createCursorRanges(250, 100, 10)).toEqual([
      { startCursor: 0, endCursor: 100, stepSize: 10, metadata: {} },
      { startCursor: 100, endCursor: 200, stepSize: 10, metadata: {} },
      { startCursor: 200, endCursor: 250, stepSize: 10, metadata: {} },
    ]);
    expect(createCursorRanges(1_000, 10, 1, 4).map(({ endCursor }) => endCursor)).toEqual([250, 500, 750, 1_000]);
    expect([createCursorRanges(0, 10), createCursorConfigs(0, 5)]).toEqual([[], []]);
  });

  it('may begin and end anywhere', () => {
    expect(createCursorConfig('2026-01-01', { page: 9 }, 5, { shard: 1 })).toEqual({
      startCursor: '2026-01-01',
      endCursor: { page: 9 },
      stepSize: 5,
      metadata: { shard: 1 },
    });
    expect(createCursorConfig(1, 2)).toEqual({ startCursor: 1, endCursor: 2, stepSize: 1, metadata: {} });
  });

  it.each([
    [() => createCursorRanges(10, 0), 'batchSize must be a whole number of at least 1, not 0.'],
    [() => createCursorRanges(-1, 1), 'totalItems must be a whole number of at least 0, not -1.'],
    [() => createCursorRanges(10, 1, 0), 'stepSize'],
    [() => createCursorRanges(10, 1, 1, 0), 'maxBatches'],
    [() => createCursorRanges(Number.NaN, 1), 'totalItems'],
    [() => createCursorConfigs(10, 0), 'workerCount'],
    [() => createCursorConfigs(1.5, 1), 'totalItems'],
  ])('TC-56: cannot be made of numbers that are none: %s', (make, message) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  });
});
