import { describe, expect, it } from 'vitest';
import {
  aggregateBatchResults,
  aggregateBatchWorkerResults,
  detectAggregationScenario,
  noBatchesAggregationResult,
} from './batch-aggregation.ts';

const measured = { batch_processing_outcome: { type: 'create_batches', worker_count: 2 } };
const parts = {
  work_001: { items_processed: 200, items_succeeded: 198, items_failed: 2, errors: ['a', 'b'] },
  work_002: { items_processed: 100, items_succeeded: 100, items_skipped: 5, errors: [] },
};

describe('what reaches the step behind a batch', () => {
  it('TC-57: are the results of the parts', () => {
    expect(detectAggregationScenario({ analyse: measured, ...parts, other: 1 }, 'analyse', 'work_')).toEqual({
      isNoBatches: false,
      batchableResult: measured,
      batchResults: parts,
      workerCount: 2,
    });
  });

  it('TC-57: is that there were none; the placeholder does not count', () => {
    const empty = { batch_processing_outcome: { type: 'no_batches', reason: 'empty_dataset' } };
    const placeholder = { no_op: true, items_processed: 0 };
    expect(detectAggregationScenario({ analyse: empty, work_000: placeholder }, 'analyse', 'work_')).toEqual({
      isNoBatches: true,
      batchableResult: empty,
      batchResults: {},
      workerCount: 0,
    });
  });

  it.each([
    ['nothing', {}],
    ['a measure without parts', { analyse: measured }],
    ['a measure that is none', { analyse: 7, other_001: {} }],
  ])('TC-57: is an error when it is %s', (_, results) => {
    expect(() => detectAggregationScenario(results, 'analyse', 'work_')).toThrow(
      'step `analyse` did not say that there are no batches, and no result upstream has a name that begins with `work_`',
    );
  });
});

describe('the totals of a batch', () => {
  it('add up what the parts say', () => {
    expect(aggregateBatchResults(Object.values(parts))).toEqual({
      total_processed: 300,
      total_succeeded: 298,
      total_failed: 2,
      total_skipped: 5,
      batch_count: 2,
      success_rate: 298 / 300,
      errors: ['a', 'b'],
      error_count: 2,
    });
  });

  it('keep the first errors only, and count all; what is no result counts for nothing', () => {
    const many = { items_processed: 'many', errors: Array.from({ length: 150 }, (_, index) => index) };
    const totals = aggregateBatchResults([many, null, undefined, 'text']);
    expect(totals).toMatchObject({ total_processed: 0, batch_count: 1, success_rate: 0, error_count: 150 });
    expect(totals.errors).toHaveLength(100);
    expect(aggregateBatchResults([many], 3).errors).toEqual([0, 1, 2]);
  });

  it('say how they came about', () => {
    const scenario = detectAggregationScenario({ analyse: measured, ...parts }, 'analyse', 'work_');
    expect(aggregateBatchWorkerResults(scenario)).toMatchObject({
      total_processed: 300,
      worker_count: 2,
      scenario: 'with_batches',
    });
    const count = (results: readonly unknown[]) => ({ count: results.length });
    expect(aggregateBatchWorkerResults(scenario, {}, count)).toEqual({
      count: 2,
      worker_count: 2,
      scenario: 'with_batches',
    });
    const none = { ...scenario, isNoBatches: true };
    const zero = { total: 0, worker_count: 0, scenario: 'no_batches' };
    expect(aggregateBatchWorkerResults(none, { total: 0 })).toEqual(zero);
    expect(noBatchesAggregationResult({ total: 0 })).toEqual(zero);
  });
});
