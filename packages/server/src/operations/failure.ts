import { type ErrorCode, errorCatalogue, type JsonObject } from '@tasker/contract';
import { isConnectionLoss, TaskerError } from '@tasker/engine';

/** An error as surfaces tell it. */
export interface Failure {
  readonly code: ErrorCode;
  /** Of HTTP. */
  readonly status: number;
  readonly message: string;
  readonly details: JsonObject;
  /** What really happened, for the log; the message of a fault of ours says nothing of it. */
  readonly fault: boolean;
}

/** Every error has a place in the catalogue; what nobody expected is an INTERNAL_ERROR, whose cause only the log learns. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TaskerError) {
    const { code, status, message, details } = error;
    return { code, status, message, details, fault: status === errorCatalogue.INTERNAL_ERROR.status };
  }
  if (isConnectionLoss(error)) {
    return failure('DATABASE_UNAVAILABLE', 'The database cannot be reached now. Try again in a few seconds.');
  }
  const message = 'Something went wrong that should not. The log of the server has it under the correlation id.';
  return { ...failure('INTERNAL_ERROR', message), fault: true };
}

function failure(code: ErrorCode, message: string): Failure {
  return { code, status: errorCatalogue[code].status, message, details: {}, fault: false };
}
