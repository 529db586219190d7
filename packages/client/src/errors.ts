import { type ErrorCode, errorCatalogue, type JsonObject } from '@tasker/contract';

/** What is known of a failure. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Of the answer; undefined when there was none. */
  readonly status?: number | undefined;
  readonly details?: JsonObject | undefined;
  readonly correlationId?: string | undefined;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Whatever a call fails with; the classes below it tell kinds apart, `code` single errors. */
export class ClientError extends Error {
  /** From the catalogue of the contract. */
  readonly code: ErrorCode;
  /** HTTP status of the answer; undefined when there was none. */
  readonly status: number | undefined;
  readonly details: JsonObject;
  /** Of the request: logs of the server have it, too. */
  readonly correlationId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, status, details = {}, correlationId, retryAfterMs, cause }: Failure) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.details = details;
    this.correlationId = correlationId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** 400, 413, 415, 422: the request cannot be carried out as it is; `details` says what is wrong with it. */
export class RequestRefused extends ClientError {}

/** 401, 403: the token is missing, not believed, or does not allow this. */
export class NotAllowed extends ClientError {}

/** 404: there is no such task, step, template or namespace. */
export class NotFound extends ClientError {}

/** 409: it contradicts what there is already, or the state that a task or step is in. */
export class Conflict extends ClientError {}

/** 429, 5xx: the server cannot do it now. Nothing that it has accepted is lost. */
export class ServerUnavailable extends ClientError {}

/** No answer came, or none in time: what was asked for may have happened. */
export class ConnectionFailed extends ClientError {}

/** What was waited for did not happen in time; it may still happen. */
export class WaitTimedOut extends ClientError {}

/** The error that a failure is. */
export function clientError(failure: Failure): ClientError {
  return new (classOf(failure.status ?? errorCatalogue[failure.code].status))(failure);
}

function classOf(status: number): typeof ClientError {
  switch (status) {
    case 401:
    case 403:
      return NotAllowed;
    case 404:
      return NotFound;
    case 409:
      return Conflict;
    case 429:
      return ServerUnavailable;
    default:
      return status >= 500 ? ServerUnavailable : RequestRefused;
  }
}
