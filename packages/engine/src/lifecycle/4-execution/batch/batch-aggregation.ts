import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject } from '../../../json/parse.ts';

/** What the step behind a batch finds: the results of the parts, or that there were none. */
export interface AggregationScenario {
  readonly isNoBatches: boolean;
  /** Of the step that measured the batch. */
  readonly batchableResult: Json;
  /** By step, in their order; without the placeholder of an empty batch. */
  readonly batchResults: Readonly<Record<string, Json>>;
  readonly workerCount: number;
}

/** Totals over the parts of a batch. */
export interface BatchTotals {
  readonly total_processed: number;
  readonly total_succeeded: number;
  readonly total_failed: number;
  readonly total_skipped: number;
  readonly batch_count: number;
  /** Share of what was processed, 0 to 1; 0 when nothing was. */
  readonly success_rate: number;
  /** The first ones. */
  readonly errors: readonly Json[];
  /** All of them. */
  readonly error_count: number;
}

/**
 * Tells the two forms apart in which a batch reaches the step behind it.
 *
 * @param dependencyResults results upstream by step
 * @param workerPrefix what the names of the parts begin with
 * @throws {Error} when neither form fits: the step runs behind something else, or the names are wrong
 */
export function detectAggregationScenario(
  dependencyResults: Readonly<Record<string, Json>>,
  batchableStep: string,
  workerPrefix: string,
): AggregationScenario {
  const batchableResult = dependencyResults[batchableStep] ?? null;
  if (outcomeType(batchableResult) === 'no_batches') {
    return { isNoBatches: true, batchableResult, batchResults: {}, workerCount: 0 };
  }
  const parts = Object.entries(dependencyResults).filter(([name]) => name.startsWith(workerPrefix));
  if (parts.length > 0) {
    return {
      isNoBatches: false,
      batchableResult,
      batchResults: Object.fromEntries(parts),
      workerCount: parts.length,
    };
  }
  throw new Error(
    `There is no batch to aggregate: step \`${batchableStep}\` did not say that there are no batches, ` +
      `and no result upstream has a name that begins with \`${workerPrefix}\`.`,
  );
}

/**
 * The result of the step behind a batch.
 *
 * @param zeroMetrics what it is when there was nothing to do
 * @param aggregate what it is otherwise. Default {@link aggregateBatchResults}
 */
export function aggregateBatchWorkerResults(
  scenario: AggregationScenario,
  zeroMetrics: JsonObject = {},
  aggregate: (results: readonly Json[]) => object = aggregateBatchResults,
) {
  if (scenario.isNoBatches) return noBatchesAggregationResult(zeroMetrics);
  const { workerCount } = scenario;
  return {
    ...aggregate(Object.values(scenario.batchResults)),
    worker_count: workerCount,
    scenario: 'with_batches',
  } as const;
}

export function noBatchesAggregationResult(zeroMetrics: JsonObject = {}) {
  return { ...zeroMetrics, worker_count: 0, scenario: 'no_batches' } as const;
}

/** @param maxErrors how many errors are kept; all are counted */
export function aggregateBatchResults(results: readonly (Json | undefined)[], maxErrors = 100): BatchTotals {
  const parts = results.filter((result) => result !== undefined).filter(isJsonObject);
  const sum = (key: string) => parts.reduce((total, part) => total + countOf(part[key]), 0);
  const [processed, succeeded] = [sum('items_processed'), sum('items_succeeded')];
  const errors = parts.flatMap(({ errors: own }) => (isList(own) ? own : []));
  return {
    total_processed: processed,
    total_succeeded: succeeded,
    total_failed: sum('items_failed'),
    total_skipped: sum('items_skipped'),
    batch_count: parts.length,
    success_rate: processed === 0 ? 0 : succeeded / processed,
    errors: errors.slice(0, maxErrors),
    error_count: errors.length,
  };
}

function outcomeType(result: Json): Json | undefined {
  const outcome = isJsonObject(result) ? result['batch_processing_outcome'] : undefined;
  return outcome !== undefined && isJsonObject(outcome) ? outcome['type'] : undefined;
}

function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
