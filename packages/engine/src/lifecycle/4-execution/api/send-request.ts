import { attemptErrorCodes } from '@tasker/contract';
import type { BodyInit, Dispatcher, RequestInit, Response } from 'undici';
import { PermanentError, RetryableError } from '../handler-errors.ts';
import { ApiResponse } from './api-response.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | undefined;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxRedirects: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one request and reads the whole answer, whatever its status. Follows a GET or HEAD where the service sends it,
 * as long as that is the same host: another one would be handed the secrets of the headers.
 *
 * @throws {RetryableError} `CONNECT_TIMEOUT`, `TIMEOUT`, `CONNECTION_ERROR`
 * @throws {PermanentError} `RESPONSE_TOO_LARGE`
 * @throws the reason of the signal, when the attempt was ended from outside
 */
export async function sendRequest(request: OutgoingRequest, dispatcher: Dispatcher): Promise<ApiResponse> {
  // Loading it takes a tenth of a second or more, and most programs have no use for it.
  const { fetch } = await import('undici');
  const deadline = createDeadline(request);
  const init = { headers: request.headers, redirect: 'manual', dispatcher, signal: deadline.signal } as const;
  try {
    let url = request.url;
    for (let redirects = 0; ; redirects += 1) {
      const response = await fetch(url, { ...init, ...bodyOf(request), method: request.method });
      const next = redirects < request.maxRedirects ? nextUrl(request, url, response) : undefined;
      if (next === undefined) return await readResponse(request, response);
      await response.body?.cancel();
      url = next;
    }
  } catch (error) {
    throw deadline.reasonFor(error);
  } finally {
    deadline.clear();
  }
}

/** What is sent without its secrets: for messages. */
function nameRequest({ method, url }: Pick<OutgoingRequest, 'method' | 'url'>): string {
  return `${method} ${url.origin}${url.pathname}`;
}

function bodyOf({ body }: OutgoingRequest): Pick<RequestInit, 'body'> {
  return body === undefined ? {} : { body };
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function nextUrl({ method }: OutgoingRequest, from: URL, response: Response): URL | undefined {
  const location = response.headers.get('location');
  if (!redirectStatuses.has(response.status) || location === null || !['GET', 'HEAD'].includes(method))
    return undefined;
  if (!URL.canParse(location, from.href)) return undefined;
  const next = new URL(location, from.href);
  const isSamePlace = next.origin === from.origin;
  const isMadeSecure = from.protocol === 'http:' && next.protocol === 'https:' && next.hostname === from.hostname;
  return isSamePlace || isMadeSecure ? next : undefined;
}

async function readResponse(request: OutgoingRequest, response: Response): Promise<ApiResponse> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > request.maxResponseBytes) throw tooLarge(request);
    chunks.push(chunk);
  }
  return new ApiResponse({
    request: nameRequest(request),
    status: response.status,
    headers: Object.fromEntries(response.headers),
    bytes: Buffer.concat(chunks),
  });
}

function tooLarge(request: OutgoingRequest): PermanentError {
  return new PermanentError(
    `${nameRequest(request)} was answered with more than ${request.maxResponseBytes} bytes (\`max_response_bytes\`).`,
    { errorCode: 'RESPONSE_TOO_LARGE' },
  );
}

interface RequestDeadline {
  readonly signal: AbortSignal;
  /** What to throw for what went wrong. */
  reasonFor(error: unknown): unknown;
  clear(): void;
}

/** Real time, whatever clock the engine runs under: sockets know no other. */
function createDeadline({ signal, timeoutMs, method, url }: OutgoingRequest): RequestDeadline {
  const controller = new AbortController();
  const name = nameRequest({ method, url });
  const follow = () => controller.abort(signal.reason);
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    controller.abort();
  }, timeoutMs);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    reasonFor(error) {
      if (error instanceof PermanentError) return error;
      if (signal.aborted) {
        const reason: unknown = signal.reason;
        return reason;
      }
      if (isTimedOut) return timedOut(name, timeoutMs, error);
      return connectionFailed(name, error);
    },
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}

function timedOut(name: string, timeoutMs: number, cause: unknown): RetryableError {
  return new RetryableError(`${name} was not answered within ${timeoutMs} ms (\`timeout_ms\`).`, {
    errorCode: attemptErrorCodes.timeout,
    cause,
  });
}

function connectionFailed(name: string, error: unknown): RetryableError {
  const cause = rootOf(error);
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new RetryableError(`${name} could not be reached in time (\`connect_timeout_ms\`): ${reason}`, {
      errorCode: 'CONNECT_TIMEOUT',
      cause,
    });
  }
  return new RetryableError(`${name} failed: ${reason}`, { errorCode: 'CONNECTION_ERROR', cause });
}

/** The client says "fetch failed", and why in its cause. */
function rootOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? error.cause : error;
}
