import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject } from '../../../json/parse.ts';
import type { Checkpoint, StepContext } from '../step-context.ts';

/** What the step of one part of a batch was made with. */
export interface BatchWorkerInputs {
  readonly cursor: {
    readonly batch_id: string;
    readonly start_cursor: Json;
    /** Not included. */
    readonly end_cursor: Json;
    readonly batch_size: number;
    readonly step_size?: number;
    readonly metadata?: JsonObject;
  };
  readonly batch_metadata: JsonObject;
  /** A placeholder for a batch without items: there is nothing to do. */
  readonly is_no_op: boolean;
}

/** The part of a batch that a step works on, and how far it has come with it. */
export interface BatchWorkerContext {
  readonly batchId: string;
  /** From 0. */
  readonly batchIndex: number;
  /** Null where it is not known. */
  readonly totalBatches: number | null;
  readonly startCursor: Json;
  /** Not included. */
  readonly endCursor: Json;
  readonly stepSize: number;
  readonly batchMetadata: JsonObject;
  readonly isNoOp: boolean;
  readonly checkpoint: Checkpoint | null;
  /** Where to begin: behind what earlier runs of this step have done. */
  readonly checkpointCursor: Json;
  readonly checkpointItemsProcessed: number;
  readonly accumulatedResults: JsonObject | null;
  hasCheckpoint(): boolean;
}

/** Null when the step is no part of a batch. */
export function batchWorkerInputsOf({ stepInputs }: StepContext): BatchWorkerInputs | null {
  const { cursor, batch_metadata: metadata = {}, is_no_op: isNoOp } = stepInputs;
  if (cursor === undefined || !isJsonObject(cursor) || typeof cursor['batch_id'] !== 'string') return null;
  const { batch_id, start_cursor = null, end_cursor = null, batch_size, step_size, metadata: own } = cursor;
  return {
    cursor: {
      batch_id,
      start_cursor,
      end_cursor,
      batch_size: typeof batch_size === 'number' ? batch_size : 0,
      ...(typeof step_size === 'number' ? { step_size } : {}),
      ...(own !== undefined && isJsonObject(own) ? { metadata: own } : {}),
    },
    batch_metadata: isJsonObject(metadata) ? metadata : {},
    is_no_op: isNoOp === true,
  };
}

/** Null when the step is no part of a batch. */
export function createBatchWorkerContext(context: StepContext): BatchWorkerContext | null {
  const inputs = batchWorkerInputsOf(context);
  if (inputs === null) return null;
  const { cursor, batch_metadata: batchMetadata, is_no_op: isNoOp } = inputs;
  const total = batchMetadata['total_batches'];
  return {
    batchId: cursor.batch_id,
    batchIndex: Math.max(0, (Number.parseInt(cursor.batch_id, 10) || 0) - 1),
    totalBatches: typeof total === 'number' ? total : null,
    startCursor: cursor.start_cursor,
    endCursor: cursor.end_cursor,
    stepSize: cursor.step_size ?? 1,
    batchMetadata,
    isNoOp,
    checkpoint: context.checkpoint,
    checkpointCursor: context.checkpointCursor,
    checkpointItemsProcessed: context.checkpointItemsProcessed,
    accumulatedResults: context.accumulatedResults,
    hasCheckpoint: () => context.hasCheckpoint(),
  };
}
