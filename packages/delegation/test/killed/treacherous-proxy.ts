import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request to create a task. */
export type Fate =
  /** It is answered. */
  | 'answer'
  /** It never arrives. */
  | 'lose'
  /** It arrives, and the answer is lost. */
  | 'cut'
  /** It arrives, and while the caller waits for the answer, `onHold` happens. */
  | 'hold'
  /** `onArrival` happens while it is on its way. */
  | 'strike';

export interface TreacherousProxy {
  readonly url: string;
  /** Keys of requests to create a task, in the order in which they came. */
  readonly keys: readonly string[];
  close(): void;
}

export interface TreacherousProxyOptions {
  /** Where requests go. */
  readonly target: () => string;
  /** Of the first request under a key; the others are answered. */
  readonly fate: () => Fate;
  readonly onHold: () => void;
  readonly onArrival: () => void;
  /** Called when the fate of a first request under its key has befallen it. */
  readonly onDealt: () => void;
}

/** Stands between two Taskers and lets happen to requests whatever can. */
export async function openTreacherousProxy(options: TreacherousProxyOptions): Promise<TreacherousProxy> {
  const keys: string[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { fate, isFirst } = fateOf(request);
    try {
      await befall(fate, request, body, response);
    } finally {
      if (isFirst) options.onDealt();
    }
  }

  async function befall(fate: Fate, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    if (fate === 'lose') return void response.socket?.destroy();
    if (fate === 'strike') options.onArrival();
    const answer = await forward(request, body);
    if (answer === undefined || fate === 'cut') return void response.socket?.destroy();
    if (fate === 'hold') return options.onHold();
    response.writeHead(answer.status, { 'content-type': answer.type });
    response.end(answer.text);
  }

  function fateOf(request: IncomingMessage): { readonly fate: Fate; readonly isFirst: boolean } {
    if (request.method !== 'POST') return { fate: 'answer', isFirst: false };
    const key = String(request.headers['idempotency-key']);
    const isFirst = !keys.includes(key);
    keys.push(key);
    return { fate: isFirst ? options.fate() : 'answer', isFirst };
  }

  /** Undefined when nobody is there, or nobody any more. */
  async function forward({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer) {
    // A stream of events would never end here; whoever watches then asks again and again.
    if (url.startsWith('/tasker/events')) return { status: 404, type: 'text/plain', text: 'no streams here' };
    const passed = Object.entries(headers).filter(([name]) => /^(content-type|idempotency-key|x-.*)$/.test(name));
    try {
      const response = await fetch(options.target() + url, {
        method,
        headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
        ...(method === 'POST' ? { body: new Uint8Array(body) } : {}),
      });
      const type = response.headers.get('content-type') ?? 'text/plain';
      return { status: response.status, type, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.socket?.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    keys,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
