import type { JsonObject } from '@tasker/contract';
import type { DefinedHandler } from '../define-handler.ts';
import { PermanentError } from '../handler-errors.ts';
import { type FunctionalHandler, gatherArguments, type HandlerNeeds } from '../handler-needs.ts';
import type { StepContext } from '../step-context.ts';
import { BatchableStepHandler, type BatchResult } from './batchable-step-handler.ts';
import { createCursorRanges } from './cursor.ts';

export interface BatchAnalyzerNeeds<Depends extends string, Inputs extends string>
  extends HandlerNeeds<Depends, Inputs> {
  /** The step of the template that each part of the batch gets an instance of. */
  readonly workerTemplate: string;
}

/** How much there is to do. */
export interface BatchMeasure {
  /** 0: there is nothing to do. */
  readonly totalItems: number;
  /** Items of one part. */
  readonly batchSize: number;
  /** Rather make the parts larger than make more of them. Default: as many as it takes. */
  readonly maxBatches?: number;
  /** Kept with the attempt. */
  readonly metadata?: JsonObject;
}

/**
 * The functional form of the step that measures a batch.
 *
 * @example
 * const analyseCsv = defineBatchAnalyzer(
 *   'csv.analyse',
 *   { inputs: { path: 'csv_file_path' }, workerTemplate: 'process_csv_batch' },
 *   async ({ path }) => ({ totalItems: await countRows(String(path)), batchSize: 200 }),
 * );
 */
export function defineBatchAnalyzer<Depends extends string = never, Inputs extends string = never>(
  name: string,
  needs: BatchAnalyzerNeeds<Depends, Inputs>,
  measure: FunctionalHandler<NoInfer<Depends | Inputs>, BatchMeasure | Promise<BatchMeasure>>,
): DefinedHandler<Promise<BatchResult>, BatchableStepHandler>;
export function defineBatchAnalyzer(
  name: string,
  needs: BatchAnalyzerNeeds<string, string>,
  measure: FunctionalHandler<string, BatchMeasure | Promise<BatchMeasure>>,
): DefinedHandler<Promise<BatchResult>, BatchableStepHandler> {
  return class extends BatchableStepHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = needs.version ?? '1.0.0';

    async call(context: StepContext): Promise<BatchResult> {
      const measured = await measure(gatherArguments(needs, context));
      const cursors = cut(measured);
      if (cursors.length === 0) return this.noBatchesResult('empty_dataset', measured.metadata);
      return this.batchSuccess(needs.workerTemplate, cursors, measured.metadata);
    }
  };
}

/** A measure that cannot be is a mistake of the program: measuring again would give it again. */
function cut({ totalItems, batchSize, maxBatches }: BatchMeasure) {
  try {
    return createCursorRanges(totalItems, batchSize, 1, maxBatches);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError(`The batch cannot be cut into parts: ${message}`, { errorCode: 'INVALID_BATCH', cause });
  }
}
