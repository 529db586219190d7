import type { BodyInit, Dispatcher } from 'undici';
import { PermanentError } from '../handler-errors.ts';
import type { StepContext } from '../step-context.ts';
import type { ApiParam, ApiParams, ApiSettings } from './api-config.ts';
import type { ApiResponse } from './api-response.ts';
import { headerFault, readHeaders } from './read-headers.ts';
import { sendRequest } from './send-request.ts';

export interface ApiRequestOptions {
  /** Over the parameters of the configuration. */
  readonly params?: ApiParams;
  /** Over the headers of the configuration. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Data that is sent as JSON; with `json: false`, text, bytes or a form that is sent as it is. */
  readonly body?: unknown;
  /** Default true. */
  readonly json?: boolean;
  /** In place of the time in the configuration. */
  readonly timeoutMs?: number;
}

/**
 * A service as one attempt reaches it: requests carry what the configuration says and the correlation id, and end with
 * the attempt. They come back with whatever the service answers; only what gets no answer is thrown. There is one try
 * each: trying again is up to the engine.
 */
export class ApiConnection {
  readonly #settings: ApiSettings;
  readonly #context: StepContext;
  readonly #dispatcher: () => Promise<Dispatcher>;

  constructor(settings: ApiSettings, context: StepContext, dispatcher: () => Promise<Dispatcher>) {
    this.#settings = settings;
    this.#context = context;
    this.#dispatcher = dispatcher;
  }

  get(path: string, params?: ApiParams, headers?: Readonly<Record<string, string>>): Promise<ApiResponse> {
    return this.request('GET', path, { ...optional('params', params), ...optional('headers', headers) });
  }

  post(path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request('POST', path, options);
  }

  put(path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request('PUT', path, options);
  }

  patch(path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request('PATCH', path, options);
  }

  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<ApiResponse> {
    return this.request('DELETE', path, optional('headers', headers));
  }

  /**
   * @throws {RetryableError} `CONNECT_TIMEOUT`, `TIMEOUT`, `CONNECTION_ERROR`
   * @throws {PermanentError} `RESPONSE_TOO_LARGE`, and `INVALID_API_REQUEST` for what cannot be sent
   */
  async request(method: string, path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    refuseUnknownOptions(options);
    const { maxResponseBytes, maxRedirects } = this.#settings;
    const request = {
      method: method.toUpperCase(),
      url: urlOf(this.#settings, path, options.params),
      headers: await this.#headers(options),
      body: bodyOf(options),
      timeoutMs: options.timeoutMs ?? this.#settings.timeoutMs,
      maxResponseBytes,
      maxRedirects,
      signal: this.#context.signal,
    };
    return sendRequest(request, await this.#dispatcher());
  }

  async #headers(options: ApiRequestOptions): Promise<Record<string, string>> {
    const { headers, auth } = this.#settings;
    const own = readHeaders({ key: 'headers', value: options.headers ?? {} });
    if (own.problems !== undefined) throw invalidRequest(own.problems.join(' '));
    const proof = auth === undefined ? [] : [await auth(this.#context)];
    const { correlationId } = this.#context;
    return {
      // it may have come with the request for the task, from anybody
      ...(headerFault('x-correlation-id', correlationId) === undefined ? { 'x-correlation-id': correlationId } : {}),
      ...(options.body === undefined || options.json === false ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...Object.fromEntries(proof.map(([name, value]) => [name.toLowerCase(), value])),
      ...own.value,
    };
  }
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [Own in Key]?: Value };
function optional(key: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [key]: value };
}

const optionNames: ReadonlySet<string> = new Set(['params', 'headers', 'body', 'json', 'timeoutMs']);

/** A body that was given in place of the options would be lost in silence. */
function refuseUnknownOptions(options: ApiRequestOptions): void {
  const unknown = Object.keys(options).filter((name) => !optionNames.has(name));
  if (unknown.length === 0) return;
  throw invalidRequest(
    `A request knows no \`${unknown.join('`, `')}\`. Data to send goes into \`body\`: { body: { … } }.`,
  );
}

/** Behind the address of the service; an address of its own only if it is the same service. */
function urlOf({ url: base, params }: ApiSettings, path: string, own: ApiParams = {}): URL {
  const prefix = base.pathname.replace(/\/$/, '');
  const isWhole = /^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('//');
  const rest = path.replace(/^\/+/, '');
  const text = isWhole ? path : `${base.origin}${rest === '' ? base.pathname : `${prefix}/${rest}`}`;
  if (!URL.canParse(text, base.href)) throw invalidRequest(`\`${path}\` cannot be read as a path.`);
  const url = new URL(text, base.href);
  if (url.origin !== base.origin || !`${url.pathname}/`.startsWith(`${prefix}/`)) {
    throw invalidRequest(`\`${path}\` leads out of ${base.origin}${base.pathname}, which the handler is set up for.`);
  }
  for (const [name, value] of base.searchParams) url.searchParams.append(name, value);
  for (const [name, value] of Object.entries({ ...params, ...own })) {
    for (const each of valuesOf(value)) url.searchParams.append(name, String(each));
  }
  return url;
}

function valuesOf(value: ApiParam | readonly ApiParam[]): ApiParam[] {
  return [value].flat().filter((each) => each !== null && each !== undefined);
}

function bodyOf({ body, json = true }: ApiRequestOptions): BodyInit | undefined {
  if (body === undefined) return undefined;
  if (!json) {
    if (isRawBody(body)) return body;
    throw invalidRequest('With `json: false` a body must be text, bytes, URLSearchParams or FormData.');
  }
  const text: string | undefined = JSON.stringify(body);
  if (text === undefined) throw invalidRequest(`A body of type ${typeof body} cannot be sent as JSON.`);
  return text;
}

function isRawBody(body: unknown): body is BodyInit {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof URLSearchParams || isForm(body);
}

function isForm(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Reflect.get(body, Symbol.toStringTag) === 'FormData';
}

function invalidRequest(message: string): PermanentError {
  return new PermanentError(message, { errorCode: 'INVALID_API_REQUEST' });
}
