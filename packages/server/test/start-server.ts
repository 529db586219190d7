import type { Tasker } from '@tasker/engine';
import { onTestFinished } from 'vitest';
import { createServer, type ServerOptions } from '../src/server.ts';

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed if it is JSON, else the text. */
  readonly body: Body;
}

export interface TestServer {
  readonly url: string;
  /** Sends a request to a path under the prefix; an object as body is sent as JSON. */
  send<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Body>>;
  stop(): Promise<void>;
}

/** A server of the test, on a free port. */
export async function startServer(tasker: Tasker, options: Omit<ServerOptions, 'tasker'> = {}): Promise<TestServer> {
  const server = await createServer({ tasker, port: 0, ...options });
  onTestFinished(() => server.stop());
  await server.start();
  return {
    url: server.url,
    stop: () => server.stop(),
    send: async <Body>(
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer<Body>> => {
      const isText = typeof body === 'string' || body instanceof Uint8Array;
      const response = await fetch(`${server.url}/tasker${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: parse(response, await response.text()) as Body,
      };
    },
  };
}

function parse({ headers }: Response, text: string): unknown {
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  if (!isJson || text === '') return text;
  const value: unknown = JSON.parse(text);
  return value;
}
