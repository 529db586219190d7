import { PermanentError } from '@tasker/engine';

/**
 * The last phase of a handler whose side effect has happened. When the answer cannot be made into a result, another
 * attempt would repeat the side effect: the step fails for good instead, and keeps the answer for whoever looks into it.
 */
export function shapeResult<Result>(response: object, shape: () => Result): Result {
  try {
    return shape();
  } catch (cause) {
    throw new PermanentError('The work was done, but its answer could not be read.', {
      errorCode: 'RESULT_PROCESSING_FAILED',
      // As text: whatever it is, it must not be the reason why the failure cannot be recorded.
      context: { response: JSON.stringify(response) },
      cause,
    });
  }
}

/** A field that an answer must have. */
export function required<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw new Error(`the answer has no ${field}`);
  return value;
}
