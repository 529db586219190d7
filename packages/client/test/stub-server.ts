import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type Reply = (request: Received, response: ServerResponse) => void | Promise<void>;

export interface StubServer {
  readonly url: string;
  readonly received: readonly Received[];
}

/** A server that answers each request with the next reply; the last one again and again. */
export async function stubServer(...replies: readonly [Reply, ...Reply[]]): Promise<StubServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (content) => {
        const body: unknown = content === '' ? undefined : JSON.parse(content);
        const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
        received.push(seen);
        return (replies[received.length - 1] ?? replies.at(-1))?.(seen, response);
      },
      (error: unknown) => void response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, received };
}

export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function failure(status: number, code: string, message = 'No.', headers?: Readonly<Record<string, string>>) {
  return json(status, { error: { code, message, details: { field: 'x' } }, correlation_id: 'c-1' }, headers);
}

/** The connection is cut, and nobody knows what came of the request. */
export const cut: Reply = (_, response) => void response.socket?.destroy();
