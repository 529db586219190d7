import { PermanentError, RetryableError } from '@tasker/engine';

/** How something failed, in the terms of a table of codes: `P CODE`, `R CODE`, `R(30) CODE`. */
export async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PermanentError) return `P ${error.errorCode}`;
    if (error instanceof RetryableError) {
      return `R${error.retryAfter === undefined ? '' : `(${error.retryAfter})`} ${error.errorCode}`;
    }
    throw error;
  }
  return 'no failure';
}
