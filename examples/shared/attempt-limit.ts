import { PermanentError, RetryableError } from '@tasker/engine';

/**
 * Fewer attempts than the template allows: from attempt number `limit` on, a failure is final. For limits that depend
 * on the request, which a template cannot know.
 */
export async function withinAttempts<Result>(
  limit: number,
  attempt: number,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PermanentError || attempt < limit) throw error;
    throw new PermanentError(error instanceof Error ? error.message : String(error), {
      ...(error instanceof RetryableError && error.errorCode !== undefined ? { errorCode: error.errorCode } : {}),
      context: { attempts_allowed: limit, exhausted: true },
      cause: error,
    });
  }
}
