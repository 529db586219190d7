import type { Json, JsonObject } from '@tasker/contract';
import { type BatchCursor, batchId, type CursorConfig } from './cursor.ts';

/** What the measuring of a batch came to: the parts to work on, or that there are none. */
export type BatchProcessingOutcome =
  | { readonly type: 'no_batches'; readonly reason?: string }
  | {
      readonly type: 'create_batches';
      /** The step of the template that each part gets an instance of. */
      readonly worker_template_name: string;
      readonly worker_count: number;
      readonly cursor_configs: readonly WireCursor[];
      readonly total_items: number;
    };

export interface WireCursor {
  readonly batch_id: string;
  readonly start_cursor: Json;
  /** Not included. */
  readonly end_cursor: Json;
  /** Items of the part, where they can be counted. */
  readonly batch_size: number;
  /** How many items are worked on at a time. Default 1. */
  readonly step_size?: number;
  readonly metadata?: JsonObject;
}

/** @throws {RangeError} when `workerCount` is not the number of parts */
export function createBatches(
  workerTemplateName: string,
  workerCount: number,
  cursors: readonly (CursorConfig | BatchCursor)[],
  totalItems: number,
): BatchProcessingOutcome {
  if (cursors.length !== workerCount) {
    throw new RangeError(`There are ${cursors.length} cursors for ${workerCount} workers; there must be one for each.`);
  }
  return {
    type: 'create_batches',
    worker_template_name: workerTemplateName,
    worker_count: workerCount,
    cursor_configs: cursors.map(wireCursor),
    total_items: totalItems,
  };
}

export function noBatches(reason?: string): BatchProcessingOutcome {
  return reason === undefined ? { type: 'no_batches' } : { type: 'no_batches', reason };
}

export function isCreateBatches(
  outcome: BatchProcessingOutcome,
): outcome is Extract<BatchProcessingOutcome, { type: 'create_batches' }> {
  return outcome.type === 'create_batches';
}

export function isNoBatches(
  outcome: BatchProcessingOutcome,
): outcome is Extract<BatchProcessingOutcome, { type: 'no_batches' }> {
  return outcome.type === 'no_batches';
}

/** How many items the parts hold together, as far as their cursors are numbers. */
export function countItems(cursors: readonly (CursorConfig | BatchCursor)[]): number {
  return cursors.map(wireCursor).reduce((sum, { batch_size: size }) => sum + size, 0);
}

function wireCursor(cursor: CursorConfig | BatchCursor, index: number): WireCursor {
  if ('batch_id' in cursor) {
    const { batch_id, cursor_start, cursor_end, row_count } = cursor;
    return { batch_id, start_cursor: cursor_start, end_cursor: cursor_end, batch_size: row_count };
  }
  const { startCursor, endCursor, stepSize, metadata } = cursor;
  const isCounted = typeof startCursor === 'number' && typeof endCursor === 'number';
  return {
    batch_id: batchId(index),
    start_cursor: startCursor,
    end_cursor: endCursor,
    batch_size: isCounted ? endCursor - startCursor : 0,
    ...(stepSize === 1 ? {} : { step_size: stepSize }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}
