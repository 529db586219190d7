import type { JsonObject } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../../test/attempts/step-context-of.ts';
import { outcomeOfReturn } from '../handler-outcome.ts';
import type { StepContext } from '../step-context.ts';
import { createBatches, isCreateBatches, isNoBatches, noBatches } from './batch-outcome.ts';
import { BatchableStepHandler } from './batchable-step-handler.ts';
import { createCursorConfig } from './cursor.ts';
import { defineBatchAnalyzer } from './define-batch-analyzer.ts';
import { defineBatchWorker } from './define-batch-worker.ts';

/** Calls the methods that handlers have for themselves. */
class Csv extends BatchableStepHandler {
  call(context: StepContext): unknown {
    const rows = Number(context.getInput('rows'));
    if (rows === 0) return this.noBatchesResult('empty_dataset', { took_ms: 1 });
    return this.batchSuccess('process_batch', this.createCursorConfigs(rows, 2), { took_ms: 2 });
  }

  work(context: StepContext): unknown {
    const nothing = this.handleNoOpWorker(context);
    if (nothing !== null) return nothing;
    const batch = this.getBatchContext(context);
    if (batch === null) return 'no batch';
    const from = Number(batch.checkpointCursor ?? batch.startCursor);
    if (from < 50) return this.checkpointYield(50, 50, { sum: 7 });
    return this.batchWorkerSuccess({ itemsProcessed: Number(batch.endCursor) - from, itemsFailed: 1, lastCursor: 100 });
  }

  inputs(context: StepContext): unknown {
    return this.getBatchWorkerInputs(context);
  }
}

function partOf(more: JsonObject = {}): JsonObject {
  return {
    cursor: { batch_id: '002', start_cursor: 0, end_cursor: 100, batch_size: 100 },
    batch_metadata: { cursor_field: 'id', failure_strategy: 'fail_fast', total_batches: 3 },
    ...more,
  };
}

const csv = new Csv();

describe('the step that measures a batch', () => {
  const analyse = defineBatchAnalyzer(
    'csv.analyse',
    { inputs: { rows: 'rows' }, workerTemplate: 'process_batch' },
    ({ rows }) => ({ totalItems: Number(rows), batchSize: 2, metadata: { took_ms: 2 } }),
  );

  it.each([
    ['a class', csv],
    ['a function', new analyse()],
  ])('TC-54: says which parts there are, as %s', async (_, handler) => {
    const outcome = {
      type: 'create_batches',
      worker_template_name: 'process_batch',
      worker_count: 2,
      cursor_configs: [
        { batch_id: '001', start_cursor: 0, end_cursor: 2, batch_size: 2 },
        { batch_id: '002', start_cursor: 2, end_cursor: 4, batch_size: 2 },
      ],
      total_items: 4,
    };
    expect(await handler.call(stepContextOf({ input: { rows: 4 } }))).toMatchObject({
      success: true,
      result: { batch_processing_outcome: outcome },
      metadata: { took_ms: 2 },
      directive: { kind: 'batches', outcome },
    });
  });

  it.each([
    ['a class', csv],
    ['a function', new analyse()],
  ])('TC-55: says that there is nothing to do, as %s', async (_, handler) => {
    expect(await handler.call(stepContextOf({ input: { rows: 0 } }))).toMatchObject({
      result: { batch_processing_outcome: { type: 'no_batches', reason: 'empty_dataset' } },
      directive: { kind: 'batches' },
    });
  });

  it('fails for good on a measure that cannot be', async () => {
    const broken = defineBatchAnalyzer('x', { workerTemplate: 'w' }, async () => ({ totalItems: 10, batchSize: 0 }));
    await expect(new broken().call(stepContextOf())).rejects.toMatchObject({
      errorCode: 'INVALID_BATCH',
      message: 'The batch cannot be cut into parts: batchSize must be a whole number of at least 1, not 0.',
    });
  });

  it('passes on what its parts carry with them', () => {
    const cursors = [createCursorConfig('a', 'm', 5, { shard: 1 }), createCursorConfig('m', null)];
    expect(createBatches('w', 2, cursors, 9)).toMatchObject({
      cursor_configs: [
        { batch_id: '001', start_cursor: 'a', end_cursor: 'm', batch_size: 0, step_size: 5, metadata: { shard: 1 } },
        { batch_id: '002', start_cursor: 'm', end_cursor: null, batch_size: 0 },
      ],
      total_items: 9,
    });
    expect(() => createBatches('w', 3, cursors, 9)).toThrow('There are 2 cursors for 3 workers');
    expect([isNoBatches(noBatches()), isCreateBatches(noBatches())]).toEqual([true, false]);
    expect(isCreateBatches(createBatches('w', 0, [], 0))).toBe(true);
  });
});

describe('the step that works on a part of a batch', () => {
  it('TC-41: knows which part that is', () => {
    const context = stepContextOf({ stepInputs: partOf() });
    expect(csv.inputs(context)).toEqual({ ...partOf(), is_no_op: false });
    expect(csv.inputs(stepContextOf())).toBeNull();
    const seen = defineBatchWorker('w', {}, ({ batchContext }) => ({
      ...batchContext,
      has: batchContext.hasCheckpoint(),
    }));
    expect(new seen().call(context)).toMatchObject({
      batchId: '002',
      batchIndex: 1,
      totalBatches: 3,
      startCursor: 0,
      endCursor: 100,
      stepSize: 1,
      batchMetadata: { cursor_field: 'id', failure_strategy: 'fail_fast' },
      checkpoint: null,
      checkpointCursor: null,
      checkpointItemsProcessed: 0,
      accumulatedResults: null,
      has: false,
    });
  });

  it('TC-58: may say how far it has come', () => {
    expect(csv.work(stepContextOf({ stepInputs: partOf() }))).toMatchObject({
      success: true,
      metadata: { checkpoint_yield: true },
      directive: { kind: 'checkpoint', checkpoint: { cursor: 50, itemsProcessed: 50, accumulatedResults: { sum: 7 } } },
    });
  });

  it('TC-59: goes on from there', () => {
    const checkpoint = { cursor: 60, itemsProcessed: 60, accumulatedResults: { sum: 7 } };
    const context = stepContextOf({ stepInputs: partOf(), checkpoint });
    expect([context.hasCheckpoint(), context.checkpointItemsProcessed, context.accumulatedResults]).toEqual([
      true,
      60,
      { sum: 7 },
    ]);
    expect(csv.work(context)).toMatchObject({
      result: { items_processed: 40, items_succeeded: 39, items_failed: 1, items_skipped: 0, last_cursor: 100 },
    });
  });

  it('TC-55: has nothing to do where it stands for an empty batch', () => {
    const placeholder = stepContextOf({
      stepInputs: partOf({ is_no_op: true, cursor: { batch_id: '000', batch_size: 0 } }),
    });
    const expected = { success: true, result: { batch_id: '000', no_op: true, items_processed: 0 } };
    expect(csv.work(placeholder)).toMatchObject(expected);
    const never = defineBatchWorker('w', {}, () => {
      throw new Error('called');
    });
    expect(new never().call(placeholder)).toMatchObject(expected);
  });

  it('fails for good where there is no part to work on', () => {
    const worker = defineBatchWorker('w', { inputs: { a: 'a' } }, ({ a }) => ({ a }));
    expect(() => new worker().call(stepContextOf())).toThrow('Step `step` is no part of a batch');
    expect(new worker().call(stepContextOf({ stepInputs: partOf(), input: { a: 1 } }))).toEqual({ a: 1 });
  });
});

describe('a batch', () => {
  it('is not kept as if it had been worked on, as long as it cannot be', () => {
    const options = { maxResultBytes: 1_000, clock: { now: () => 0 } };
    const messageOf = (returned: unknown) => outcomeOfReturn(returned, options);
    expect(messageOf(csv.call(stepContextOf({ input: { rows: 4 } })))).toMatchObject({
      permanent: true,
      error: { message: 'Batches are not run yet by this version.' },
    });
    expect(messageOf(csv.work(stepContextOf({ stepInputs: partOf() })))).toMatchObject({
      error: { message: 'Checkpoints are not run yet by this version.' },
    });
  });
});
