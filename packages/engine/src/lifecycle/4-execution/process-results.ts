import { attemptErrorCodes, type JsonObject } from '@tasker/contract';
import { isPermanentError, isRetryableError, PermanentError } from './handler-errors.ts';

/**
 * Makes the result of what the work brought. What fails here fails behind the work: doing that again would do it twice,
 * so the attempt fails for good, with what the work brought, unless the error says otherwise.
 *
 * @param describe what the work brought, for the error
 */
export async function processResultsOf<Output, Result>(
  output: Output,
  process: (output: Output) => Result | Promise<Result>,
  describe: (output: Output) => JsonObject,
): Promise<Result> {
  try {
    return await process(output);
  } catch (cause) {
    if (isPermanentError(cause) || isRetryableError(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError(`The work was done, but its result could not be made: ${message}`, {
      errorCode: attemptErrorCodes.resultProcessingFailed,
      context: describe(output),
      cause,
    });
  }
}
