import type { Json, JsonObject } from '@tasker/contract';

/** One part of the work: from `startCursor` up to, and without, `endCursor`. */
export interface CursorConfig {
  readonly startCursor: Json;
  readonly endCursor: Json;
  readonly stepSize: number;
  readonly metadata: JsonObject;
}

/** A part of a counted set, numbered. */
export interface BatchCursor {
  /** `001`, `002`, …; becomes the end of the name of its step. */
  readonly batch_id: string;
  readonly cursor_start: number;
  /** Not included. */
  readonly cursor_end: number;
  readonly row_count: number;
  /** From 0. */
  readonly worker_index: number;
  readonly total_workers: number;
}

/** @param stepSize how many items are worked on at a time. Default 1. */
export function createCursorConfig(
  startCursor: Json,
  endCursor: Json,
  stepSize = 1,
  metadata: JsonObject = {},
): CursorConfig {
  return { startCursor, endCursor, stepSize, metadata };
}

/**
 * Parts of `batchSize` items each, the last one of what is left; none when there is nothing. With more than `maxBatches`
 * of them the parts are made larger instead.
 *
 * @throws {RangeError}
 */
export function createCursorRanges(
  totalItems: number,
  batchSize: number,
  stepSize = 1,
  maxBatches?: number,
): CursorConfig[] {
  refuseUnlessCount('totalItems', totalItems, 0);
  refuseUnlessCount('batchSize', batchSize, 1);
  refuseUnlessCount('stepSize', stepSize, 1);
  if (maxBatches !== undefined) refuseUnlessCount('maxBatches', maxBatches, 1);
  const size = Math.max(batchSize, maxBatches === undefined ? 0 : Math.ceil(totalItems / maxBatches));
  return Array.from({ length: Math.ceil(totalItems / size) }, (_, index) =>
    createCursorConfig(index * size, Math.min((index + 1) * size, totalItems), stepSize),
  );
}

/**
 * As many parts as there are workers, whose sizes differ by one at most; fewer where there are fewer items than workers,
 * so that no part is empty.
 *
 * @throws {RangeError}
 */
export function createCursorConfigs(totalItems: number, workerCount: number): BatchCursor[] {
  refuseUnlessCount('totalItems', totalItems, 0);
  refuseUnlessCount('workerCount', workerCount, 1);
  const workers = Math.min(workerCount, totalItems);
  const startOf = (index: number) => Math.floor(totalItems / workers) * index + Math.min(index, totalItems % workers);
  return Array.from({ length: workers }, (_, index) => ({
    batch_id: batchId(index),
    cursor_start: startOf(index),
    cursor_end: startOf(index + 1),
    row_count: startOf(index + 1) - startOf(index),
    worker_index: index,
    total_workers: workers,
  }));
}

/** @param index from 0; `000` is the placeholder of a batch without items */
export function batchId(index: number): string {
  return String(index + 1).padStart(3, '0');
}

function refuseUnlessCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${name} must be a whole number of at least ${least}, not ${value}.`);
}
