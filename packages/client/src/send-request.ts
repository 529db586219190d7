import { type ErrorCode, errorCatalogue, type Json, type JsonObject } from '@tasker/contract';
import type { ClientSettings } from './client-options.ts';
import { ClientError, ConnectionFailed, clientError, type Failure } from './errors.ts';
import { pause } from './pause.ts';
import { parseRetryAfterMs, retryDelayMs } from './retry-delay.ts';
import { timeLimit } from './time-limit.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query, from `/tasker` on. */
  readonly path: string;
  /** JSON. */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the answer is to be. Default: JSON. */
  readonly accept?: string | undefined;
  /** Whether doing it twice is doing it once: then it is tried again when no answer came. */
  readonly repeatable: boolean;
  /** A status that is an answer although it is no success. */
  readonly answers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Makes a request, and makes it again where that may help and cannot do harm.
 *
 * @throws {ClientError} of the class that the answer stands for; what `signal` says when it is aborted
 */
export async function sendRequest(settings: ClientSettings, request: WireRequest): Promise<WireAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    request.signal?.throwIfAborted();
    try {
      return await attemptRequest(settings, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      const delayMs = attempt > settings.retries ? undefined : delayAfter(error, attempt, request.repeatable);
      if (delayMs === undefined) throw error;
      await pause(delayMs, request.signal);
    }
  }
}

function delayAfter(error: unknown, attempt: number, repeatable: boolean): number | undefined {
  if (!(error instanceof ClientError)) return undefined;
  const { code, status, retryAfterMs } = error;
  // In these words the server says that it has done nothing.
  const untouched = status === 429 || code === 'OVERLOADED' || code === 'STOPPED';
  const passing = status === undefined || [502, 503, 504].includes(status);
  return untouched || (repeatable && passing) ? retryDelayMs(attempt, retryAfterMs, Math.random()) : undefined;
}

async function attemptRequest(settings: ClientSettings, request: WireRequest): Promise<WireAnswer> {
  const { response, text } = await exchange(settings, request);
  if (response.ok || (response.status === request.answers && isOurs(response)))
    return { status: response.status, text };
  throw clientError(failureOf(settings, response, text));
}

/** A command that is led elsewhere would arrive there as a question; what is led to a page to log in at, as a page. */
export const neverFollow = 'manual';

/** What stands in front of a server answers 503, too. */
function isOurs(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith('application/json');
}

async function exchange(settings: ClientSettings, request: WireRequest): Promise<{ response: Response; text: string }> {
  const { method, path, body, signal } = request;
  const headers = await headersOf(settings, request);
  const late = timeLimit(settings.timeoutMs);
  try {
    const response = await settings.fetch(settings.base + path, {
      method,
      headers,
      redirect: neverFollow,
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      ...(body === undefined ? {} : { body }),
    });
    return { response, text: await response.text() };
  } catch (cause) {
    const what = late.aborted
      ? `did not answer within ${settings.timeoutMs} ms`
      : `cannot be reached: ${reasonOf(cause)}`;
    throw new ConnectionFailed({
      code: 'SERVER_UNREACHABLE',
      message: `The server at ${settings.base} ${what}. Check the URL, and that the server is running.`,
      cause,
    });
  }
}

export async function headersOf(
  settings: ClientSettings,
  { headers, accept = 'application/json', body }: Pick<WireRequest, 'headers' | 'accept' | 'body'>,
): Promise<Record<string, string>> {
  const token = await settings.token();
  return {
    accept,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...settings.headers,
    ...headers,
  };
}

/** fetch says only that it failed; what happened to the connection is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error.message || error.name;
}

/** What an answer that is no success says. */
export function failureOf({ base }: ClientSettings, response: Response, text: string): Failure {
  const { status } = response;
  const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), Date.now());
  const { error, correlation_id: correlationId } = membersOf(parseJson(text));
  const { code, message, details } = membersOf(error);
  const common = {
    status,
    retryAfterMs,
    correlationId: typeof correlationId === 'string' ? correlationId : undefined,
  };
  if (isErrorCode(code) && typeof message === 'string') {
    return { ...common, code, message, details: isObject(details) ? details : {} };
  }
  if (isRedirect(response)) return { ...common, code: 'UNEXPECTED_ANSWER', message: redirectMessage(base, response) };
  // A proxy, or a server that is not ours.
  const begin = text.trim().replaceAll(/\s+/g, ' ').slice(0, 200);
  return {
    ...common,
    code: status === 401 ? 'UNAUTHENTICATED' : status === 403 ? 'FORBIDDEN' : 'UNEXPECTED_ANSWER',
    message: `${response.url || 'The server'} answered ${status}${begin === '' ? '' : `: ${begin}`}. Check that the URL leads to Tasker.`,
  };
}

/** Browsers say no more than that it is one. */
function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

function redirectMessage(base: string, { headers }: Response): string {
  const location = headers.get('location');
  const where = location === null ? '' : `, to ${location}`;
  return `The server at ${base} leads elsewhere${where}. Give the URL that Tasker itself answers at.`;
}

/** Undefined: it is not JSON. */
export function parseJson(text: string): Json | undefined {
  const parse: (text: string) => Json = JSON.parse;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function membersOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isErrorCode(code: Json | undefined): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
}
