import type { Json, JsonObject } from '@tasker/contract';
import type { StepContext } from '../step-context.ts';
import { StepHandler } from '../step-handler.ts';
import { StepHandlerResult } from '../step-handler-result.ts';
import {
  aggregateBatchResults,
  aggregateBatchWorkerResults,
  detectAggregationScenario,
  noBatchesAggregationResult,
} from './batch-aggregation.ts';
import { type BatchProcessingOutcome, countItems, createBatches, noBatches } from './batch-outcome.ts';
import { batchWorkerInputsOf, createBatchWorkerContext } from './batch-worker-context.ts';
import {
  type BatchCursor,
  type CursorConfig,
  createCursorConfig,
  createCursorConfigs,
  createCursorRanges,
} from './cursor.ts';

/** What one part of a batch came to. */
export interface BatchWorkerOutcome {
  readonly itemsProcessed: number;
  /** Default: all that were processed and did not fail. */
  readonly itemsSucceeded?: number;
  readonly itemsFailed?: number;
  readonly itemsSkipped?: number;
  readonly results?: Json;
  readonly errors?: readonly Json[];
  readonly lastCursor?: Json;
  readonly batchMetadata?: JsonObject;
}

/**
 * The class form of the three handlers of a batch: the one that measures the work and cuts it into parts, the one that
 * works on a part, and the one that puts the results together.
 *
 * @example
 * class AnalyseCsv extends BatchableStepHandler {
 *   static override readonly handlerName = 'csv.analyse';
 *   async call(context: StepContext) {
 *     const rows = await countRows(String(context.getInput('csv_file_path')));
 *     if (rows === 0) return this.noBatchesResult('empty_dataset');
 *     return this.batchSuccess('process_csv_batch', this.createCursorConfigs(rows, 5));
 *   }
 * }
 */
export abstract class BatchableStepHandler extends StepHandler {
  /**
   * Works on these parts, each in a step of its own.
   *
   * @param workerTemplate the step of the template that each part gets an instance of
   * @param metadata kept with the attempt
   */
  protected batchSuccess(
    workerTemplate: string,
    cursors: readonly (CursorConfig | BatchCursor)[],
    metadata?: JsonObject,
  ): BatchResult {
    return batchResult(createBatches(workerTemplate, cursors.length, cursors, countItems(cursors)), metadata);
  }

  /** There is nothing to work on. */
  protected noBatchesResult(reason?: string, metadata?: JsonObject): BatchResult {
    return batchResult(noBatches(reason), metadata);
  }

  /** The result of one part. */
  protected batchWorkerSuccess(outcome: BatchWorkerOutcome, metadata?: JsonObject) {
    return this.success(batchWorkerResult(outcome), metadata);
  }

  /** The result of a placeholder, which has nothing to do; null for a step that has. */
  protected handleNoOpWorker(context: StepContext): StepHandlerResult<NoOpResult> | null {
    const inputs = batchWorkerInputsOf(context);
    return inputs?.is_no_op === true ? this.success(noOpResult(inputs.cursor.batch_id)) : null;
  }

  /**
   * Keeps how far the step has come and lets it go on from there, in this attempt; an attempt after a failure begins
   * there too.
   *
   * @param itemsProcessed altogether, over all runs of the step
   */
  protected checkpointYield(cursor: Json, itemsProcessed: number, accumulatedResults?: JsonObject): CheckpointResult {
    const checkpoint = {
      cursor,
      itemsProcessed,
      ...(accumulatedResults === undefined ? {} : { accumulatedResults }),
    };
    return StepHandlerResult.directing({ kind: 'checkpoint', checkpoint }, null, { checkpoint_yield: true });
  }

  /** See {@link createCursorConfig}. */
  protected createCursorConfig(...values: Parameters<typeof createCursorConfig>) {
    return createCursorConfig(...values);
  }

  /** See {@link createCursorRanges}. */
  protected createCursorRanges(...values: Parameters<typeof createCursorRanges>) {
    return createCursorRanges(...values);
  }

  /** See {@link createCursorConfigs}. */
  protected createCursorConfigs(...values: Parameters<typeof createCursorConfigs>) {
    return createCursorConfigs(...values);
  }

  /** See {@link createBatchWorkerContext}. */
  protected getBatchContext(...values: Parameters<typeof createBatchWorkerContext>) {
    return createBatchWorkerContext(...values);
  }

  /** See {@link batchWorkerInputsOf}. */
  protected getBatchWorkerInputs(...values: Parameters<typeof batchWorkerInputsOf>) {
    return batchWorkerInputsOf(...values);
  }

  /** See {@link detectAggregationScenario}. */
  protected detectAggregationScenario(...values: Parameters<typeof detectAggregationScenario>) {
    return detectAggregationScenario(...values);
  }

  /** See {@link aggregateBatchWorkerResults}. */
  protected aggregateBatchWorkerResults(...values: Parameters<typeof aggregateBatchWorkerResults>) {
    return aggregateBatchWorkerResults(...values);
  }

  /** See {@link noBatchesAggregationResult}. */
  protected noBatchesAggregationResult(...values: Parameters<typeof noBatchesAggregationResult>) {
    return noBatchesAggregationResult(...values);
  }

  /** See {@link aggregateBatchResults}. */
  protected aggregateBatchResults(...values: Parameters<typeof aggregateBatchResults>) {
    return aggregateBatchResults(...values);
  }
}

export type BatchResult = StepHandlerResult<{ readonly batch_processing_outcome: BatchProcessingOutcome }>;
export type CheckpointResult = StepHandlerResult<null>;

export interface NoOpResult {
  readonly batch_id: string;
  readonly no_op: true;
  readonly items_processed: 0;
}

function batchResult(outcome: BatchProcessingOutcome, metadata?: JsonObject): BatchResult {
  return StepHandlerResult.directing({ kind: 'batches', outcome }, { batch_processing_outcome: outcome }, metadata);
}

function noOpResult(batchId: string): NoOpResult {
  return { batch_id: batchId, no_op: true, items_processed: 0 };
}

function batchWorkerResult(outcome: BatchWorkerOutcome) {
  const { itemsProcessed, itemsFailed = 0, itemsSkipped = 0 } = outcome;
  return {
    items_processed: itemsProcessed,
    items_succeeded: outcome.itemsSucceeded ?? itemsProcessed - itemsFailed - itemsSkipped,
    items_failed: itemsFailed,
    items_skipped: itemsSkipped,
    results: outcome.results ?? null,
    errors: outcome.errors ?? [],
    last_cursor: outcome.lastCursor ?? null,
    batch_metadata: outcome.batchMetadata ?? {},
  };
}
