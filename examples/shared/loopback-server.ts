import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { NetworkError } from './port-call.ts';

/** A request as a simulated service sees it. */
export interface ServiceRequest {
  readonly method: string;
  /** Behind the address of the service: `/users/7`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Of JSON; undefined without a body. */
  readonly body: unknown;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * A service. One that throws a NetworkError breaks the connection instead of answering; any other error is an answer,
 * with its `status` or 500.
 */
export type ServiceApp = (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>;

export interface Loopback<Names extends string> {
  /** The address of each service, without a slash at its end. */
  readonly urls: Readonly<Record<Names, string>>;
  close(): Promise<void>;
}

/**
 * Simulated services that are reached like real ones: over HTTP, on 127.0.0.1, each under its name. Does not keep the
 * process alive.
 */
export async function startLoopback<Names extends string>(
  apps: Readonly<Record<Names, ServiceApp>>,
): Promise<Loopback<Names>>;
export async function startLoopback(apps: Readonly<Record<string, ServiceApp>>): Promise<Loopback<string>> {
  const server = createServer((incoming, outgoing) => {
    serve(apps, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const urls = Object.keys(apps).map((name) => [name, `http://127.0.0.1:${address.port}/${name}`] as const);
  return {
    urls: Object.fromEntries(urls),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  apps: Readonly<Record<string, ServiceApp>>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const [, name = '', ...rest] = url.pathname.split('/');
  const app = Object.hasOwn(apps, name) ? apps[name] : undefined;
  const request = {
    method: incoming.method ?? 'GET',
    path: `/${rest.map(decodeURIComponent).join('/')}`,
    query: url.searchParams,
    headers: incoming.headers,
    body: await bodyOf(incoming),
  };
  const { status, headers = {}, body } = await answerOf(app, request);
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(body === undefined ? '' : JSON.stringify(body));
}

async function bodyOf(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  const parts: AsyncIterable<Uint8Array> = incoming;
  for await (const part of parts) chunks.push(part);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

async function answerOf(app: ServiceApp | undefined, request: ServiceRequest): Promise<ServiceAnswer> {
  if (app === undefined) return { status: 404, body: { error: 'There is no such service.' } };
  try {
    return await app(request);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    return { status: statusOf(error), body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' ? status : 500;
}

/** Thrown by a service: 503. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
  readonly status = 503;
}

/** Thrown by a service: 429. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly status = 429;
}
