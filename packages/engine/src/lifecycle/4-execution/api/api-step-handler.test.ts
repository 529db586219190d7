import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, json, listen, startService } from '../../../../test/attempts/service.ts';
import { type AttemptInTest, stepContextOf } from '../../../../test/attempts/step-context-of.ts';
import { InvalidOptions } from '../../../errors.ts';
import { type HandlerOutcome, outcomeOfReturn, outcomeOfThrow } from '../handler-outcome.ts';
import { HandlerRegistry } from '../handler-registry.ts';
import { LazyAbort } from '../lazy-abort.ts';
import type { StepContext } from '../step-context.ts';
import type { ApiConfig } from './api-config.ts';
import type { ApiConnection, ApiRequestOptions } from './api-connection.ts';
import type { ApiResponse } from './api-response.ts';
import { ApiStepHandler } from './api-step-handler.ts';
import { defineApiHandler } from './define-api-handler.ts';

/** As a program in JavaScript may give it. */
const misplaced: ApiRequestOptions = JSON.parse('{"items":[]}');

const clock = { now: () => Date.parse('2026-11-20T12:00:00Z') };

/** Asks for one path of a service. */
class Fetch extends ApiStepHandler {
  readonly #ask: (api: ApiConnection, context: StepContext) => unknown;

  constructor(config: ApiConfig, ask: (api: ApiConnection, context: StepContext) => unknown = (api) => api.get('/')) {
    super(config);
    this.#ask = ask;
  }

  process(context: StepContext, api: ApiConnection): unknown {
    return this.#ask(api, context);
  }
}

/** What becomes of one attempt, as a worker would see it. */
async function attempt(handler: ApiStepHandler, given: AttemptInTest = {}, method = 'call'): Promise<HandlerOutcome> {
  const handlers = new HandlerRegistry();
  handlers.register('api', handler);
  const { config = {} } = given;
  try {
    const { call } = handlers.bind({ callable: 'api', method, config });
    return outcomeOfReturn(await call(stepContextOf(given)), { maxResultBytes: 1_000_000, clock });
  } catch (error) {
    return outcomeOfThrow(error, clock.now());
  }
}

function stored(outcome: HandlerOutcome): unknown {
  return outcome.kind === 'success' ? JSON.parse(outcome.resultText) : outcome;
}

async function failureOf(answer: Answer, handler = (url: string) => new Fetch({ url })): Promise<unknown> {
  const { url } = await startService(answer);
  return attempt(handler(url));
}

describe('a handler that asks a service', () => {
  it('CORE-111: keeps status, headers and body of a success', async () => {
    const { url } = await startService(json(200, { id: 7 }, { 'x-request-id': 'r1', 'set-cookie': 'a=b' }));
    expect(stored(await attempt(new Fetch({ url })))).toEqual({
      status: 200,
      headers: expect.objectContaining({ 'content-type': 'application/json', 'x-request-id': 'r1' }),
      body: { id: 7 },
    });
    const empty = await startService((_, response) => response.writeHead(204).end());
    expect(stored(await attempt(new Fetch({ url: empty.url })))).toMatchObject({ status: 204, body: null });
  });

  it('CORE-104: keeps what it makes of the response, if it makes something of it', async () => {
    class Shaped extends Fetch {
      override processResults(response: ApiResponse, context: StepContext): object {
        return { id: response.status, step: context.stepName };
      }
    }
    const { url } = await startService(json(201, {}));
    expect(stored(await attempt(new Shaped({ url })))).toEqual({ id: 201, step: 'step' });
  });

  it('CORE-104: keeps what it returns instead of a response', async () => {
    const { url } = await startService(json(200, { total: 5 }));
    const twice = new Fetch({ url }, async (api) => {
      const [one, other] = [(await api.get('/a')).orThrow(), (await api.get('/b')).orThrow()];
      return { status: one.status + other.status };
    });
    expect(stored(await attempt(twice))).toEqual({ status: 400 });
  });

  it('is judged by the status of the response', async () => {
    expect(await failureOf(json(422, { error: 'no email' }))).toMatchObject({
      kind: 'failure',
      permanent: true,
      error: {
        class: 'PermanentError',
        code: 'CLIENT_VALIDATION_ERROR',
        message: expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:\d+\/ was answered with 422: no email$/),
        context: { status: 422, body: { error: 'no email' } },
      },
    });
    expect(await failureOf(json(500, {}))).toMatchObject({ permanent: false, error: { code: 'HTTP_500' } });
    expect(await failureOf(json(429, {}))).toMatchObject({ permanent: false, retryAfterMs: 60_000 });
    expect(await failureOf(json(503, {}, { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: 7_000 });
    const at = 'Fri, 20 Nov 2026 12:01:30 GMT';
    expect(await failureOf(json(503, {}, { 'retry-after': at }))).toMatchObject({ retryAfterMs: 90_000 });
    expect(await failureOf(json(503, {}, { 'retry-after': 'soon' }))).not.toHaveProperty('retryAfterMs');
  });

  it('is judged by it whichever method asked, and where `call` is its own', async () => {
    const { url } = await startService(json(503, {}));
    class Methods extends Fetch {
      other(_context: StepContext, api: ApiConnection): unknown {
        return api.get('/other');
      }
    }
    class OwnCall extends Fetch {
      override async call(context: StepContext): Promise<unknown> {
        return this.api(context).get('/own');
      }
    }
    expect(await attempt(new Methods({ url }), {}, 'other')).toMatchObject({ error: { code: 'HTTP_503' } });
    expect(await attempt(new Methods({ url }), {}, 'process')).toMatchObject({ error: { code: 'HTTP_503' } });
    expect(await attempt(new OwnCall({ url }))).toMatchObject({ error: { code: 'HTTP_503' } });
    expect(await attempt(new Methods({ url }), {}, 'api')).toMatchObject({
      error: { code: 'METHOD_NOT_FOUND', message: expect.stringContaining('It has: call, other, process.') },
    });
  });

  it('judges a conflict itself, as the work of an attempt before it may be the reason', async () => {
    class Create extends Fetch {
      override async onConflict(_: ApiResponse, __: StepContext, api: ApiConnection): Promise<unknown> {
        return { ...Object((await api.get('/existing')).orThrow().body), already_exists: true };
      }
    }
    const answer: Answer = (request, response) =>
      json(request.method === 'POST' ? 409 : 200, { id: 7 })(request, response);
    const { url } = await startService(answer);
    const create = (api: ApiConnection) => api.post('/orders', { body: {} });
    expect(stored(await attempt(new Create({ url }, create)))).toEqual({ id: 7, already_exists: true });
    expect(await attempt(new Fetch({ url }, create))).toMatchObject({ permanent: true, error: { code: 'CONFLICT' } });
  });

  it('does not ask again when the answer was there and no result could be made of it', async () => {
    class Broken extends Fetch {
      override processResults(response: ApiResponse): unknown {
        throw new TypeError(`${response.request} says nothing of a user`);
      }
    }
    const { url } = await startService(json(200, { paid: true }));
    expect(await attempt(new Broken({ url }))).toMatchObject({
      permanent: true,
      error: {
        code: 'RESULT_PROCESSING_FAILED',
        context: { response: { status: 200, body: { paid: true } } },
        cause: { class: 'TypeError' },
      },
    });
  });

  it('CORE-107: is set up in code, in a static or in the template', async () => {
    const { url, received } = await startService(json(200, {}));
    class Static extends ApiStepHandler {
      static readonly baseUrl = url;
      static readonly params = { from: 'static' };
      process(_: StepContext, api: ApiConnection): unknown {
        return api.get('one');
      }
    }
    await attempt(new Static());
    await attempt(
      new Fetch({ url: `${url}/v1/`, params: { page: 1 } }, (api) => api.get('/two', { page: 2, tag: ['a', 'b'] })),
    );
    await attempt(new Fetch({ params: { a: 1 } }), {
      config: { url: `${url}/three?key=k`, params: { b: null, c: true } },
    });
    expect(received.map(({ path }) => path)).toEqual([
      '/one?from=static',
      '/v1/two?page=2&tag=a&tag=b',
      '/three?key=k&a=1&c=true',
    ]);
  });

  it('CORE-108: is refused when it is made wrong, and fails for good when its template is', async () => {
    expect(() => new Fetch({ url: 'nonsense' })).toThrow(InvalidOptions);
    expect(() => new Fetch({ url: '', timeoutMs: -1 })).toThrow(/Fetch: `timeoutMs` must be/);
    for (const config of [{}, { url: null }, { url: ' ' }, { url: '/orders' }, { url: 'http://a b' }]) {
      expect(await attempt(new Fetch({}), { config })).toMatchObject({
        permanent: true,
        error: {
          code: 'INVALID_HANDLER_CONFIG',
          message: expect.stringMatching(/^Fetch cannot reach its service: `url`/),
        },
      });
    }
  });

  it('says a success or a failure in so many words where it wants to', async () => {
    const { url } = await startService((request, response) =>
      json(
        request.path === '/ok' ? 200 : 429,
        { id: 7, error: 'slow down' },
        { 'retry-after': '3' },
      )(request, response),
    );
    class Words extends ApiStepHandler {
      static readonly baseUrl = url;
      async process(context: StepContext, api: ApiConnection): Promise<unknown> {
        const response = await api.get(context.getInput('ok') === true ? '/ok' : '/busy');
        return response.ok ? this.apiSuccess(response, { id: 7 }) : this.apiFailure(response);
      }
      gone(): unknown {
        return this.connectionError(new Error('no route'), { host: 'x' });
      }
      late(): unknown {
        return this.timeoutError('too slow');
      }
    }
    expect(await attempt(new Words(), { input: { ok: true } })).toMatchObject({
      resultText: '{"id":7}',
      metadataText: expect.stringContaining('"status_code":200'),
    });
    expect(await attempt(new Words())).toMatchObject({
      permanent: false,
      retryAfterMs: 3_000,
      error: {
        class: 'rate_limited',
        code: 'RATE_LIMITED',
        message: expect.stringContaining('429: slow down'),
        context: { status_code: 429, response_body: { error: 'slow down' } },
      },
    });
    expect(await attempt(new Words(), {}, 'gone')).toMatchObject({
      permanent: false,
      error: {
        class: 'connection_error',
        code: 'CONNECTION_ERROR',
        message: 'no route',
        context: { context: { host: 'x' } },
      },
    });
    expect(await attempt(new Words(), {}, 'late')).toMatchObject({ error: { class: 'timeout', code: 'TIMEOUT' } });
  });
});

describe('a request to a service', () => {
  async function requestOf(ask: (api: ApiConnection) => unknown, config: ApiConfig = {}) {
    const { url, received } = await startService(json(200, {}));
    const outcome = await attempt(new Fetch({ url, ...config }, ask), { correlationId: 'c-1' });
    return { outcome, request: received[0] };
  }

  it.each(['post', 'put', 'patch'] as const)('sends data as JSON: %s', async (method) => {
    const { request } = await requestOf((api) => api[method]('/orders', { body: { a: 1 }, params: { dry: true } }));
    expect(request).toMatchObject({
      method: method.toUpperCase(),
      path: '/orders?dry=true',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-correlation-id': 'c-1' },
    });
  });

  it('sends text and forms as they are', async () => {
    const { request } = await requestOf((api) =>
      api.post('/token', { body: new URLSearchParams({ grant: 'client' }), json: false }),
    );
    expect(request).toMatchObject({
      body: 'grant=client',
      headers: { 'content-type': expect.stringContaining('application/x-www-form-urlencoded') },
    });
  });

  it('may be of any method, and carries the headers of the configuration, the proof, and its own', async () => {
    const config = { headers: { 'X-One': '1', 'X-Two': '2' }, auth: { type: 'bearer', token: 't' } } as const;
    const options: ApiRequestOptions = { headers: { 'x-two': 'two', 'Idempotency-Key': 'step-1' } };
    const { request } = await requestOf((api) => api.request('options', '/', options), config);
    expect(request).toMatchObject({
      method: 'OPTIONS',
      headers: { 'x-one': '1', 'x-two': 'two', 'idempotency-key': 'step-1', authorization: 'Bearer t' },
    });
    expect((await requestOf((api) => api.delete('/orders/7'))).request).toMatchObject({
      method: 'DELETE',
      path: '/orders/7',
    });
  });

  it.each([
    ['data in place of the options', (api: ApiConnection) => api.post('/', misplaced), 'knows no `items`'],
    ['a body that is no JSON', (api: ApiConnection) => api.post('/', { body: () => 1 }), 'cannot be sent as JSON'],
    ['data with `json: false`', (api: ApiConnection) => api.post('/', { body: { a: 1 }, json: false }), 'must be text'],
    ['another service', (api: ApiConnection) => api.get('https://evil.example.com/'), 'leads out of'],
    ['another service in short', (api: ApiConnection) => api.get('//evil.example.com/'), 'leads out of'],
    ['a way out of the address', (api: ApiConnection) => api.get('/users/../../admin'), 'leads out of'],
    ['an encoded way out', (api: ApiConnection) => api.get('/users/%2e%2e/%2E%2e/admin'), 'leads out of'],
    ['a header that cannot be', (api: ApiConnection) => api.get('/', {}, { 'a b': 'x' }), 'no name of a header'],
  ])('is not sent with %s', async (_, ask, message) => {
    const { url, received } = await startService(json(200, {}));
    expect(await attempt(new Fetch({ url: `${url}/v1` }, ask))).toMatchObject({
      permanent: true,
      error: { code: 'INVALID_API_REQUEST', message: expect.stringContaining(message) },
    });
    expect(received).toEqual([]);
  });

  it('is not sent to another service, though the handler is set up for all of its own', async () => {
    const [own, other] = [await startService(json(200, {})), await startService(json(200, {}))];
    const auth = { type: 'bearer', token: 't' } as const;
    expect(await attempt(new Fetch({ url: own.url, auth }, (api) => api.get(`${other.url}/`)))).toMatchObject({
      error: { code: 'INVALID_API_REQUEST' },
    });
    expect(other.received).toEqual([]);
    expect(stored(await attempt(new Fetch({ url: own.url }, (api) => api.get(`${own.url}/whole`))))).toMatchObject({
      status: 200,
    });
  });

  it('is not broken by a correlation id that no header can carry', async () => {
    const { url, received } = await startService(json(200, {}));
    await attempt(new Fetch({ url }), { correlationId: 'a\r\nx-evil: 1' });
    expect(received[0]?.headers).not.toHaveProperty('x-evil');
  });

  it('keeps its connection for the next one, also of another attempt', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await startService((request, response) => {
      ports.add(response.socket?.remotePort);
      json(200, {})(request, response);
    });
    const handler = new Fetch({ url });
    for (let i = 0; i < 10; i += 1) await attempt(handler);
    // the next request may come before the connection has noticed that it is free
    expect(ports.size).toBeLessThan(5);
  });

  it('reads compressed answers', async () => {
    const { url } = await startService((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync('{"packed":true}'));
    });
    expect(stored(await attempt(new Fetch({ url })))).toMatchObject({ body: { packed: true } });
  });

  it('reads no more than is allowed, however small it was packed', async () => {
    const { url } = await startService((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
    });
    expect(await attempt(new Fetch({ url, maxResponseBytes: 99_999 }))).toMatchObject({
      permanent: true,
      error: { code: 'RESPONSE_TOO_LARGE', message: expect.stringContaining('more than 99999 bytes') },
    });
    expect(await attempt(new Fetch({ url, maxResponseBytes: 100_000 }))).toMatchObject({ kind: 'success' });
  });
});

describe('a service that sends elsewhere', () => {
  const hop: Answer = (request, response) => {
    const left = Number(request.path.slice(1));
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
    else json(200, { arrived: true })(request, response);
  };

  it('is followed by a GET, up to a bound', async () => {
    const { url } = await startService(hop);
    const hops = (count: number, more: ApiConfig = {}) =>
      attempt(new Fetch({ url, ...more }, (api) => api.get(`/${count}`)));
    expect(stored(await hops(5))).toMatchObject({ body: { arrived: true } });
    expect(await hops(6)).toMatchObject({ permanent: true, error: { code: 'UNEXPECTED_REDIRECT' } });
    expect(await hops(1, { maxRedirects: 0 })).toMatchObject({ error: { code: 'UNEXPECTED_REDIRECT' } });
  });

  it('is not followed by anything that may change something', async () => {
    const { url, received } = await startService(hop);
    const outcome = await attempt(new Fetch({ url }, (api) => api.post('/1', { body: {} })));
    expect(outcome).toMatchObject({
      permanent: true,
      error: {
        code: 'UNEXPECTED_REDIRECT',
        message: expect.stringContaining('was redirected to /0, which is not followed'),
      },
    });
    expect(received).toHaveLength(1);
  });

  it('is not followed to another place, which would be handed the secrets', async () => {
    const other = await startService(json(200, {}));
    const { url } = await startService((_, response) => response.writeHead(307, { location: `${other.url}/` }).end());
    const outcome = await attempt(new Fetch({ url, auth: { type: 'bearer', token: 't' } }));
    expect(outcome).toMatchObject({ permanent: true, error: { code: 'UNEXPECTED_REDIRECT' } });
    expect(other.received).toEqual([]);
  });
});

describe('a service that does not answer', () => {
  it('CORE-110: fails the attempt in time, and may be asked again', async () => {
    const { url } = await startService(() => undefined);
    expect(await attempt(new Fetch({ url, timeoutMs: 50 }))).toMatchObject({
      permanent: false,
      error: { code: 'TIMEOUT', message: expect.stringMatching(/was not answered within 50 ms \(`timeout_ms`\)\.$/) },
    });
  });

  it('CORE-110: fails the attempt in time when it stops in the middle', async () => {
    const { url } = await startService((_, response) => response.writeHead(200).write('half'));
    expect(await attempt(new Fetch({ url, timeoutMs: 50 }))).toMatchObject({
      permanent: false,
      error: { code: 'TIMEOUT' },
    });
  });

  it('CORE-110: fails the attempt in time when it cannot even be reached', async () => {
    // accepts the connection, and says no word of TLS
    const mute = createServer();
    onTestFinished(() => {
      mute.close();
    });
    const url = `https://127.0.0.1:${await listen(mute)}`;
    expect(await attempt(new Fetch({ url, connectTimeoutMs: 50 }))).toMatchObject({
      permanent: false,
      error: { code: 'CONNECT_TIMEOUT', message: expect.stringContaining('`connect_timeout_ms`') },
    });
  });

  it('CORE-109: may be asked again when it is not there, or hangs up', async () => {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => {
      closed.close(resolve);
    });
    expect(await attempt(new Fetch({ url: `http://127.0.0.1:${port}` }))).toMatchObject({
      permanent: false,
      error: {
        code: 'CONNECTION_ERROR',
        message: expect.stringContaining('ECONNREFUSED'),
        cause: { code: 'ECONNREFUSED' },
      },
    });
    expect(await failureOf((_, response) => response.socket?.destroy())).toMatchObject({
      permanent: false,
      error: { code: 'CONNECTION_ERROR' },
    });
  });

  it('is no longer waited for when the attempt is ended', async () => {
    const abort = new LazyAbort();
    const { url } = await startService(() => abort.abort(new Error('the task was cancelled')));
    expect(await attempt(new Fetch({ url }), { abort })).toMatchObject({
      error: { message: 'the task was cancelled' },
    });
    expect(await attempt(new Fetch({ url }), { abort })).toMatchObject({
      error: { message: 'the task was cancelled' },
    });
  });
});

describe('a functional handler that asks a service', () => {
  it('TC-42: is given the service besides what it names, and set up where it is defined', async () => {
    const { url, received } = await startService(json(200, { name: 'Ada' }));
    const fetchUser = defineApiHandler(
      'users.fetch',
      {
        depends: { user: 'find_user' },
        inputs: { verbose: 'verbose' },
        version: '2.0.0',
        url,
        processResults: (response) => response.body,
      },
      ({
        user,
        verbose,
        api,
        context,
      }: {
        user: { id: number } | null;
        verbose: unknown;
        api: ApiConnection;
        context: StepContext;
      }) => api.get(`/users/${user?.id}`, { verbose: verbose === true, attempt: context.attempt }),
    );
    expect([fetchUser.handlerName, fetchUser.handlerVersion]).toEqual(['users.fetch', '2.0.0']);
    const given = { input: { verbose: true }, results: { find_user: { id: 7 } } };
    expect(stored(await attempt(new fetchUser(), given))).toEqual({ name: 'Ada' });
    expect(received[0]?.path).toBe('/users/7?verbose=true&attempt=1');
  });

  it('may judge conflicts, and is judged like the class otherwise', async () => {
    const { url } = await startService(json(409, {}));
    const lenient = defineApiHandler('a', { url, onConflict: () => ({ already_exists: true }) }, ({ api }) =>
      api.get('/'),
    );
    const strict = defineApiHandler('b', { url }, ({ api }) => api.get('/'));
    expect(stored(await attempt(new lenient()))).toEqual({ already_exists: true });
    expect(await attempt(new strict())).toMatchObject({ permanent: true, error: { code: 'CONFLICT' } });
  });
});
