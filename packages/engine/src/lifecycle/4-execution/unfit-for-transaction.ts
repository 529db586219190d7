import { PermanentError } from './handler-errors.ts';
import type { HandlerOutcome } from './handler-outcome.ts';

/** Thrown out of a step's transaction whose result cannot be the result of the step: the same failure, as an error. */
export function unfitForTransaction({ error }: HandlerOutcome & { kind: 'failure' }): PermanentError {
  return new PermanentError(error.message, error.code === undefined ? {} : { errorCode: error.code });
}
