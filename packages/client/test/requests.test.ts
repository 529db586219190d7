import { describe, expect, it, vi } from 'vitest';
import {
  ClientError,
  type ClientOptions,
  Conflict,
  ConnectionFailed,
  createClient,
  NotAllowed,
  NotFound,
  RequestRefused,
  ServerUnavailable,
} from '../src/index.ts';
import { cut, failure, json, stubServer } from './stub-server.ts';

const id = '01a1f779-346e-76a1-9ee7-0b5664f00000';
const accepted = json(201, { task_id: id, status: 'pending' });
const tasks = json(200, { tasks: [], next_cursor: null });

/** Its waits are short, and it is told how long they would be. */
function clientOf(url: string, options: Partial<ClientOptions> = {}) {
  return createClient({ url, retries: 3, ...options });
}

const bodyOf = (body: unknown) => body as Record<string, unknown>;

async function failureOf(call: Promise<unknown>): Promise<ClientError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw new Error(`not a ClientError: ${String(error)}`);
  return error;
}

describe('a request', () => {
  it('has its input in the path, in the query, or in the body', async () => {
    const { url, received } = await stubServer(json(200, {}));
    const client = clientOf(`${url}/`);
    await client.tasks.list({ namespace: 'a b', status: 'error', cursor: undefined, limit: 5 });
    await client.steps.show({ task_id: id, step: 'pay/now?' });
    await client.steps.resolve({ task_id: id, step: 'pay', result: { paid: true }, reason: 'cash' });
    await client.tasks.update({ task_id: id, tags: ['a'] });
    await client.templates.diff({ namespace: 'shop', name: 'order', from: '1.0.0' });
    expect(received.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/tasker/tasks?namespace=a+b&status=error&limit=5', undefined],
      ['GET', `/tasker/tasks/${id}/workflow_steps/pay%2Fnow%3F`, undefined],
      ['POST', `/tasker/tasks/${id}/workflow_steps/pay/resolve`, { result: { paid: true }, reason: 'cash' }],
      ['PATCH', `/tasker/tasks/${id}`, { tags: ['a'] }],
      ['GET', '/tasker/templates/shop/order/diff?from=1.0.0', undefined],
    ]);
  });

  it.each(['', '.', '..'])('with %j in its path is refused before it is made', async (step) => {
    const { url, received } = await stubServer(json(200, {}));
    const error = await failureOf(clientOf(url).steps.show({ task_id: id, step }));
    expect(error).toBeInstanceOf(RequestRefused);
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'step' } });
    expect(received).toEqual([]);
  });

  it('with what JSON cannot hold is refused before it is made', async () => {
    const { url, received } = await stubServer(json(200, {}));
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    for (const context of [circle, { amount: 1n }]) {
      const error = await failureOf(clientOf(url).call('task.submit', { name: 'order', context }));
      expect(error).toBeInstanceOf(RequestRefused);
      expect(error).toMatchObject({ code: 'NOT_SERIALISABLE' });
      expect(error.message).toMatch(/^What task\.submit was given cannot be written as JSON: /);
    }
    expect(received).toEqual([]);
  });

  it('carries the token, asked for anew each time, and headers of one’s own', async () => {
    const { url, received } = await stubServer(tasks);
    let issued = 0;
    const client = clientOf(url, { token: () => `token-${(issued += 1)}`, headers: { 'x-team': 'shop' } });
    await client.tasks.list();
    await client.tasks.list();
    expect(received.map(({ headers }) => [headers.authorization, headers['x-team']])).toEqual([
      ['Bearer token-1', 'shop'],
      ['Bearer token-2', 'shop'],
    ]);
  });

  it('goes below the path of the URL, whether or not that ends in /tasker', async () => {
    const { url, received } = await stubServer(tasks);
    await clientOf(`${url}/behind/proxy/`).tasks.list();
    await clientOf(`${url}/tasker/`).tasks.list();
    expect(received.map(({ path }) => path)).toEqual(['/behind/proxy/tasker/tasks', '/tasker/tasks']);
  });

  it('goes through the fetch that one gives', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() =>
      Promise.resolve(Response.json({ tasks: [], next_cursor: null })),
    );
    const client = createClient({ url: 'https://tasks.example.com', fetch });
    expect(await client.tasks.list()).toEqual({ tasks: [], next_cursor: null });
    expect(fetch.mock.calls[0]?.[0]).toBe('https://tasks.example.com/tasker/tasks');
  });

  it.each([
    [{ url: 'tasks.example.com' }, 'url'],
    [{ url: 'ftp://tasks.example.com' }, 'url'],
    [{ url: 'https://ada:secret@tasks.example.com' }, 'url'],
    [{ url: 'http://a', timeoutMs: 0 }, 'timeoutMs'],
    [{ url: 'http://a', retries: -1 }, 'retries'],
  ])('is not even made by a client of %j', (options, field) => {
    expect(() => createClient(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', details: { field } }),
    );
    expect(() => createClient(options)).not.toThrow('secret');
  });
});

describe('a submission', () => {
  const order = { name: 'order', context: {} };

  it('has a key of its own, and the same in every attempt, so that it may be made again', async () => {
    const { url, received } = await stubServer(cut, failure(503, 'DATABASE_UNAVAILABLE'), accepted);
    const task = await clientOf(url).submit(order);
    expect(task.task_id).toBe(id);
    const keys = received.map(({ headers, body }) => [headers['idempotency-key'], bodyOf(body)['idempotency_key']]);
    expect(keys).toHaveLength(3);
    expect(new Set(keys.flat()).size).toBe(1);
    await clientOf(url).submit(order);
    expect(received.at(-1)?.headers['idempotency-key']).not.toBe(keys[0]?.[0]);
  });

  it('keeps the key that it is given', async () => {
    const { url, received } = await stubServer(accepted);
    await clientOf(url).submit({ ...order, idempotency_key: 'order-7' });
    expect(received[0]?.headers['idempotency-key']).toBe('order-7');
    await clientOf(url).submit({ ...order, idempotency_key: 'Auftrag für Ada' });
    expect(received[1]).toMatchObject({ body: { idempotency_key: 'Auftrag für Ada' } });
    expect(received[1]?.headers['idempotency-key']).toBeUndefined();
  });

  it('that is to have no key is not made again when nobody knows what came of it', async () => {
    const { url, received } = await stubServer(cut, accepted);
    const error = await failureOf(clientOf(url).submit({ ...order, idempotency_key: null }));
    expect(error).toBeInstanceOf(ConnectionFailed);
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toEqual(order);
  });
});

describe('an attempt that fails', () => {
  it('is followed by another when the server says that it has done nothing, whatever was asked', async () => {
    const busy = failure(503, 'OVERLOADED', 'Busy.', { 'retry-after': '0' });
    const { url, received } = await stubServer(busy, failure(429, 'OVERLOADED'), json(200, { changed: true }));
    expect(await clientOf(url).tasks.retry({ task_id: id })).toEqual({ changed: true });
    expect(received).toHaveLength(3);
  });

  it('waits as long as the server says', async () => {
    const { url } = await stubServer(failure(503, 'OVERLOADED', 'Busy.', { 'retry-after': '1' }), tasks);
    const begin = performance.now();
    await clientOf(url).tasks.list();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(995);
  });

  it('is the last when the server wants to be left alone for long', async () => {
    const { url, received } = await stubServer(failure(503, 'OVERLOADED', 'Busy.', { 'retry-after': '3600' }));
    expect(await failureOf(clientOf(url).tasks.list())).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(received).toHaveLength(1);
  });

  it('is followed by as many more as were asked for', async () => {
    const { url, received } = await stubServer(failure(503, 'DATABASE_UNAVAILABLE'));
    const error = await failureOf(clientOf(url, { retries: 2 }).tasks.list());
    expect(error).toBeInstanceOf(ServerUnavailable);
    expect(received).toHaveLength(3);
  });

  it.each([
    [400, 'INVALID_REQUEST', RequestRefused],
    [401, 'UNAUTHENTICATED', NotAllowed],
    [403, 'FORBIDDEN', NotAllowed],
    [404, 'TASK_NOT_FOUND', NotFound],
    [409, 'INVALID_TRANSITION', Conflict],
    [413, 'PAYLOAD_TOO_LARGE', RequestRefused],
    [422, 'INVALID_CONTEXT', RequestRefused],
    [500, 'INTERNAL_ERROR', ServerUnavailable],
  ])('with %i %s is the last, and says everything that is known (TC-147)', async (status, code, kind) => {
    const { url, received } = await stubServer(failure(status, code, 'Because.'));
    const error = await failureOf(clientOf(url).tasks.list());
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ name: kind.name, message: 'Because.', code, status });
    expect(error).toMatchObject({ details: { field: 'x' }, correlationId: 'c-1' });
    expect(received).toHaveLength(1);
  });

  it('is no failure where it is the answer: a server that is not ready says so', async () => {
    const { url, received } = await stubServer(json(503, { ready: false, message: 'The database is away.' }));
    expect(await clientOf(url).health.ready()).toMatchObject({ ready: false });
    expect(received).toHaveLength(1);
    const proxy = await stubServer((_, response) => void response.writeHead(503).end('Unavailable'));
    expect(await failureOf(clientOf(proxy.url, { retries: 0 }).health.ready())).toMatchObject({ status: 503 });
  });

  it('of a command that must not be given twice is the last', async () => {
    const { url, received } = await stubServer(cut);
    expect(await failureOf(clientOf(url).steps.resolve({ task_id: id, step: 'pay' }))).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      status: undefined,
    });
    expect(received).toHaveLength(1);
  });

  it('because the server takes too long says how long it had', async () => {
    const { url } = await stubServer(() => undefined);
    const error = await failureOf(clientOf(url, { timeoutMs: 50, retries: 0 }).tasks.list());
    expect(error).toBeInstanceOf(ConnectionFailed);
    expect(error.message).toMatch(/did not answer within 50 ms/);
  });

  it.each([2 ** 31, 2_592_000_000, 2 ** 40, Number.POSITIVE_INFINITY, 30_000.5])(
    'is not given up at once for being given %d ms',
    async (timeoutMs) => {
      const { url } = await stubServer(tasks);
      expect(await clientOf(url, { timeoutMs }).tasks.list()).toMatchObject({ tasks: [] });
    },
  );

  it.each([301, 302, 307, 308])(
    'because the server leads elsewhere (%d) says where, and goes nowhere',
    async (status) => {
      const elsewhere = await stubServer(json(200, { tasks: [] }));
      const location = `${elsewhere.url}/tasker/tasks`;
      const { url } = await stubServer((_, response) => void response.writeHead(status, { location }).end());
      const error = await failureOf(clientOf(url).submit({ name: 'order', context: {} }));
      expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', status });
      expect(error.message).toBe(
        `The server at ${url} leads elsewhere, to ${location}. Give the URL that Tasker itself answers at.`,
      );
      expect(elsewhere.received).toEqual([]);
    },
  );

  it('because nobody is there says where and why', async () => {
    const error = await failureOf(clientOf('http://127.0.0.1:1', { retries: 0 }).tasks.list());
    expect(error.message).toMatch(/^The server at http:\/\/127\.0\.0\.1:1 cannot be reached: .*\. Check the URL/);
  });

  it('because somebody else answers says what they said', async () => {
    const { url } = await stubServer((_, response) => void response.writeHead(404).end('<h1>nginx</h1>\r\n\n  <hr>\n'));
    const missing = await failureOf(clientOf(url).tasks.list());
    expect(missing).toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 404 });
    expect(missing.message).toContain('answered 404: <h1>nginx</h1> <hr>. Check');
    const page = await stubServer((_, response) => void response.writeHead(200).end('<h1>hello</h1>'));
    expect(await failureOf(clientOf(page.url).tasks.list())).toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  it('is not followed by another once the caller has lost interest', async () => {
    const stop = new AbortController();
    const { url, received } = await stubServer((request, response) => {
      stop.abort(new Error('never mind'));
      return failure(503, 'OVERLOADED')(request, response);
    });
    await expect(clientOf(url).call('task.list', {}, { signal: stop.signal })).rejects.toThrow('never mind');
    expect(received).toHaveLength(1);
  });
});
