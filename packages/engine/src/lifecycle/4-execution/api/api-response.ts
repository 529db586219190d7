import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject, parseJson } from '../../../json/parse.ts';
import { PermanentError, RetryableError } from '../handler-errors.ts';
import { classifyStatus, type StatusVerdict } from './classify-status.ts';

const brand: unique symbol = Symbol.for('tasker.api-response');

/** What is kept of a response unless the handler makes something else of it. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export interface ApiResponseParts {
  /** `GET https://api.example.com/users`, without what may be secret: no query, no credentials. */
  readonly request: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** The answer of a service, whatever its status. */
export class ApiResponse {
  readonly request: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly [brand] = true;
  #body: Json | undefined;

  constructor({ request, status, headers, bytes }: ApiResponseParts) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  /** The same as {@link status}. */
  get statusCode(): number {
    return this.status;
  }

  /**
   * The data of a JSON response, the text of any other, base64 where it is no text; null when it is empty. A body that
   * claims to be JSON and is not is given as text.
   */
  get body(): Json {
    this.#body ??= bodyOf(this.bytes, this.headers['content-type'] ?? '');
    return this.#body;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get isClientError(): boolean {
    return this.status >= 400 && this.status < 500;
  }

  get isServerError(): boolean {
    return this.status >= 500;
  }

  /** Whether another attempt may get another answer. */
  get isRetryable(): boolean {
    return this.verdict.kind === 'retryable';
  }

  /** What the status means for the attempt. */
  get verdict(): StatusVerdict {
    return classifyStatus(this.status, this.headers['retry-after']);
  }

  /**
   * When the server wants to be asked again, as a RetryableError takes it: seconds, or a date; null when it does not
   * say, or nobody can read it.
   */
  get retryAfter(): string | number | null {
    const { verdict } = this;
    return verdict.kind === 'retryable' ? (verdict.retryAfter ?? null) : null;
  }

  /**
   * Itself when the request has succeeded; otherwise the failure that its status stands for.
   *
   * @throws {PermanentError | RetryableError}
   */
  orThrow(): this {
    if (this.ok) return this;
    throw failureOf(this);
  }

  /** What the service says went wrong, where it says so in the usual places. */
  get errorMessage(): string | undefined {
    const { body } = this;
    if (!isJsonObject(body)) return undefined;
    for (const key of ['error', 'message', 'detail', 'error_message', 'msg']) {
      const said = body[key];
      if (typeof said === 'string' && said !== '') return said;
      if (said !== undefined && isJsonObject(said) && typeof said['message'] === 'string') return said['message'];
    }
    return undefined;
  }

  /** What is kept of it; cookies are the service's secrets. */
  toJSON(): StoredResponse {
    const { 'set-cookie': _secret, ...headers } = this.headers;
    return { status: this.status, headers, body: this.body };
  }
}

/** Known by a registered symbol and not by class, because a program may have loaded two copies of this package. */
export function isApiResponse(value: unknown): value is ApiResponse {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The failure that the status of a response stands for. */
export function failureOf(response: ApiResponse): PermanentError | RetryableError {
  const { verdict, request, status, errorMessage } = response;
  const location = response.headers['location'];
  const towards = location === undefined ? '' : ` and was redirected to ${location}, which is not followed`;
  const said = errorMessage === undefined ? '' : `: ${errorMessage}`;
  const message = `${request} was answered with ${status}${status < 400 ? towards : said}`;
  const errorCode = verdict.kind === 'ok' ? `HTTP_${status}` : verdict.code;
  const options = { errorCode, context: describeResponse(response) };
  if (verdict.kind !== 'retryable') return new PermanentError(message, options);
  return new RetryableError(message, { ...options, retryAfter: response.retryAfter });
}

/** A response as the context of an error: bounded, and without what is secret. */
export function describeResponse({ request, status, headers, body }: ApiResponse): JsonObject {
  const told = Object.entries(headers).filter(([name]) => tellingHeaders.has(name));
  const text = JSON.stringify(body);
  return {
    request,
    status,
    headers: Object.fromEntries(told.map(([name, value]) => [name, value.slice(0, longestHeader)])),
    body: text.length <= longestBody ? body : `${text.slice(0, longestBody)}…`,
  };
}

const longestHeader = 500;
const longestBody = 4_000;
const tellingHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'date',
  'location',
  'retry-after',
  'server',
  'www-authenticate',
  'x-correlation-id',
  'x-request-id',
]);

function bodyOf(bytes: Uint8Array, contentType: string): Json {
  if (bytes.length === 0) return null;
  const text = textOf(bytes, contentType);
  if (text === undefined) return Buffer.from(bytes).toString('base64');
  if (!/[/+]json\b/i.test(contentType)) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Undefined where it is no text, whatever it claims to be. */
function textOf(bytes: Uint8Array, contentType: string): string | undefined {
  const charset = /charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
