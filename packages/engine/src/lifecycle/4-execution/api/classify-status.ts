import { attemptErrorCodes } from '@tasker/contract';
import { parseRetryAfterMs } from '../../../states/retry-after.ts';

/** What an HTTP status means for the attempt. */
export type StatusVerdict =
  | { readonly kind: 'ok' }
  /** The thing may be there already, from an attempt before: the handler knows. */
  | { readonly kind: 'conflict'; readonly code: string }
  | { readonly kind: 'permanent'; readonly code: string }
  | { readonly kind: 'retryable'; readonly code: string; readonly retryAfter?: string | number };

/** Seconds to wait after 429 from a server that does not say how long. */
const defaultRateLimitWait = 60;

/**
 * 2xx is a success. What the request itself is to blame for is permanent: redirects that were not followed and every 4xx
 * but 408, 425 and 429. What the server or the moment is to blame for may be retried: those three, 5xx, and an
 * informational status where there should be an answer. 409 is for the handler to judge.
 *
 * @param retryAfter the `Retry-After` header as it is: seconds or a date
 */
export function classifyStatus(status: number, retryAfter?: string): StatusVerdict {
  if (status >= 200 && status < 300) return { kind: 'ok' };
  if (status === 409) return { kind: 'conflict', code: 'CONFLICT' };
  if (status >= 300 && status < 500 && !worthAnotherTry.has(status)) return { kind: 'permanent', code: codeOf(status) };
  const wait = readable(retryAfter) ?? (status === 429 ? defaultRateLimitWait : undefined);
  return { kind: 'retryable', code: codeOf(status), ...(wait === undefined ? {} : { retryAfter: wait }) };
}

const worthAnotherTry: ReadonlySet<number> = new Set([408, 425, 429]);

const codes: Readonly<Record<number, string>> = {
  400: 'CLIENT_VALIDATION_ERROR',
  401: 'AUTH_ERROR',
  403: 'AUTH_ERROR',
  404: 'RESOURCE_NOT_FOUND',
  408: attemptErrorCodes.timeout,
  422: 'CLIENT_VALIDATION_ERROR',
  429: 'RATE_LIMITED',
};

function codeOf(status: number): string {
  if (status >= 300 && status < 400) return 'UNEXPECTED_REDIRECT';
  return codes[status] ?? `HTTP_${status}`;
}

/** A header that nobody can read is as good as none. */
function readable(retryAfter: string | undefined): string | undefined {
  return parseRetryAfterMs(retryAfter, 0) === undefined ? undefined : retryAfter;
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  422: 'unprocessable_entity',
  429: 'rate_limited',
  500: 'internal_server_error',
  502: 'bad_gateway',
  503: 'service_unavailable',
  504: 'gateway_timeout',
};

/** The error type of a failure that is made of a response. */
export function errorTypeOf(status: number): string {
  const other = status >= 500 ? 'server_error' : status >= 400 ? 'client_error' : 'http_error';
  return errorTypes[status] ?? other;
}
