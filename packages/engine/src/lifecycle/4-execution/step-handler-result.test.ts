import { describe, expect, it } from 'vitest';
import { isStepHandlerResult, StepHandlerResult } from './step-handler-result.ts';

describe('a result in so many words', () => {
  it('has an envelope that says all there is to say of a success', () => {
    const envelope: unknown = JSON.parse(JSON.stringify(StepHandlerResult.success({ id: 7 }, { operation: 'create' })));
    expect(envelope).toEqual({ success: true, result: { id: 7 }, metadata: { operation: 'create' } });
    expect(StepHandlerResult.success(undefined).toJSON()).toEqual({ success: true, result: null, metadata: {} });
  });

  it('has an envelope that says all there is to say of a failure', () => {
    const failure = StepHandlerResult.failure('Busy.', 'retryable_error', true, { operation: 'create' }, 'BUSY', 30);
    expect(failure.toJSON()).toEqual({
      success: false,
      errorType: 'retryable_error',
      errorCode: 'BUSY',
      message: 'Busy.',
      retryable: true,
      retryAfter: 30,
      metadata: { operation: 'create' },
    });
    expect(StepHandlerResult.failure('No.', 'validation_error').toJSON()).toEqual({
      success: false,
      errorType: 'validation_error',
      errorCode: null,
      message: 'No.',
      retryable: false,
      metadata: {},
    });
  });

  it('is told from data that only looks like it', () => {
    const result = StepHandlerResult.success(1);
    expect([result.isSuccess(), result.isFailure(), isStepHandlerResult(result)]).toEqual([true, false, true]);
    expect(isStepHandlerResult(result.toJSON())).toBe(false);
  });
});
