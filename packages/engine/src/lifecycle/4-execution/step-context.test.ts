import { describe, expect, it, vi } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { LazyAbort } from './lazy-abort.ts';
import type { StepLogger } from './step-context.ts';

const context = stepContextOf({
  input: { email: 'a@example.com', note: null },
  config: { limit: 3 },
  results: {
    validate_cart: { total: 10, items: [{ id: 7 }] },
    batch_1: { count: 1 },
    batch_2: 2,
    skipped_one: undefined,
  },
});

describe('the context of a step', () => {
  it('gives values of the input, with a fallback only where there is none', () => {
    expect(context.getInput('email')).toBe('a@example.com');
    expect(context.getInput('phone')).toBeUndefined();
    expect(context.getInput('toString')).toBeUndefined();
    expect(context.getInputOr('phone', 'none')).toBe('none');
    expect(context.getInputOr('note', 'none')).toBeNull();
    expect(context.getConfig('limit')).toBe(3);
    expect(context.inputData).toEqual({ email: 'a@example.com', note: null });
    expect(context.stepConfig).toEqual({ limit: 3 });
  });

  it('CORE-106: gives results of steps upstream, and null for what is not there', () => {
    expect(context.getDependencyResult('validate_cart')).toEqual({ total: 10, items: [{ id: 7 }] });
    expect(context.getDependencyResult('nonsense')).toBeNull();
    expect(context.getDependencyResult('skipped_one')).toBeNull();
    expect(context.getDependencyField('validate_cart', 'total')).toBe(10);
    expect(context.getDependencyField('validate_cart', 'items', 0, 'id')).toBe(7);
    expect(context.getDependencyField('validate_cart', 'items', 1, 'id')).toBeNull();
    expect(context.getDependencyField('validate_cart', 'total', 'cents')).toBeNull();
    expect(context.getDependencyField('validate_cart', 'constructor')).toBeNull();
    expect(context.getDependencyField('nonsense', 'total')).toBeNull();
  });

  it('CORE-106: gives one value of an earlier result, and null where step, result or value is missing', () => {
    expect(context.getPreviousStepData('validate_cart', 'total')).toBe(10);
    expect(context.getPreviousStepData('nonsense', 'total')).toBeNull();
    expect(context.getPreviousStepData('skipped_one', 'total')).toBeNull();
    expect(context.getPreviousStepData('validate_cart', 'nonsense')).toBeNull();
    expect(context.getPreviousStepData('batch_2', 'total')).toBeNull();
  });

  it('TC-41: gives what was made for the step alone, and where it stopped, if there is any', () => {
    expect([context.stepInputs, context.checkpoint, context.hasCheckpoint()]).toEqual([{}, null, false]);
    expect([context.checkpointCursor, context.checkpointItemsProcessed, context.accumulatedResults]).toEqual([
      null,
      0,
      null,
    ]);
    const checkpoint = { cursor: { page: 3 }, itemsProcessed: 75, accumulatedResults: { sum: 9 } };
    const resumed = stepContextOf({ stepInputs: { shard: 1 }, checkpoint });
    expect([resumed.stepInputs, resumed.checkpoint, resumed.hasCheckpoint()]).toEqual([{ shard: 1 }, checkpoint, true]);
    expect([resumed.checkpointCursor, resumed.checkpointItemsProcessed, resumed.accumulatedResults]).toEqual([
      { page: 3 },
      75,
      { sum: 9 },
    ]);
  });

  it('lists the results that there are, all of them or those of one prefix, in the order of the plan', () => {
    expect(context.getDependencyResultKeys()).toEqual(['validate_cart', 'batch_1', 'batch_2']);
    expect(context.getAllDependencyResults('batch_')).toEqual([{ count: 1 }, 2]);
    expect(Object.keys(context.dependencyResults)).toEqual(['validate_cart', 'batch_1', 'batch_2']);
    expect(context.dependencyResults).toBe(context.dependencyResults);
  });

  it.each([
    [1, 0, false, false],
    [2, 1, true, false],
    [3, 2, true, true],
  ])('knows on attempt %d that it is retry %d', (attempt, retryCount, isRetry, isLastRetry) => {
    const retried = stepContextOf({ attempt, maxAttempts: 3 });
    expect([retried.retryCount, retried.isRetry(), retried.isLastRetry()]).toEqual([retryCount, isRetry, isLastRetry]);
  });

  it('knows that no attempt follows where failures are final', () => {
    expect(stepContextOf({ attempt: 1, maxAttempts: 3, retryable: false }).isLastRetry()).toBe(true);
  });

  it('has the same idempotency key on every attempt', () => {
    const keys = [1, 2, 3].map((attempt) => stepContextOf({ stepId: 'step-9', attempt }).idempotencyKey);
    expect(new Set(keys)).toEqual(new Set(['step-9']));
  });

  it('makes neither logger nor signal until somebody asks', () => {
    const logger = vi.fn<() => StepLogger>(() => console);
    const abort = new LazyAbort();
    const signal = vi.spyOn(abort, 'signal', 'get');
    const quiet = stepContextOf({ logger, abort });
    quiet.getInput('x');
    expect([logger.mock.calls.length, signal.mock.calls.length]).toEqual([0, 0]);
    expect(quiet.logger).toBe(quiet.logger);
    expect(quiet.signal.aborted).toBe(false);
    expect([logger.mock.calls.length, signal.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('the abort of an attempt', () => {
  it('reaches a handler that has its signal, and one that asks for it later', () => {
    const early = new LazyAbort();
    const listener = vi.fn<() => void>();
    early.signal.addEventListener('abort', listener);
    early.abort(new Error('too late'));
    expect(listener).toHaveBeenCalledOnce();

    const late = new LazyAbort();
    late.abort(new Error('cancelled'));
    expect(late.signal.aborted).toBe(true);
    expect(late.signal.reason).toEqual(new Error('cancelled'));
  });

  it('keeps its first reason', () => {
    const abort = new LazyAbort();
    expect(abort.aborted).toBe(false);
    abort.abort('first');
    abort.abort('second');
    expect(abort.aborted).toBe(true);
    expect(abort.signal.reason).toBe('first');
  });
});
