import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { fieldsOf, textIn } from '../../shared/json-fields.ts';

/** What somebody who stands before a server sees; true lets the connection break. */
export interface Witness {
  /** A task is being submitted. */
  arriving(context: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** It was, and the answer is at hand. */
  accepted(context: Readonly<Record<string, unknown>>, taskId: string): Promise<boolean>;
  /** Somebody asks for a task. */
  asked?(taskId: string): Promise<boolean>;
}

export interface WitnessProxy {
  readonly url: string;
  /** Of requests to submit a task, in the order in which they came. */
  readonly headers: readonly IncomingMessage['headers'][];
}

/** Stands before a server that may be gone at any moment, and passes on what comes. */
export async function openWitnessProxy(target: string, witness: Witness): Promise<WitnessProxy> {
  const headers: IncomingMessage['headers'][] = [];

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    if (incoming.method === 'POST') return submit(incoming, body, outgoing);
    const taskId = /^\/tasker\/tasks\/([^/?]+)/.exec(incoming.url ?? '')?.[1];
    if (taskId !== undefined && (await witness.asked?.(taskId))) return void outgoing.destroy();
    const answer = await forward(incoming, body);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, outgoing);
  }

  async function submit(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    headers.push(incoming.headers);
    const context = fieldsOf(fieldsOf(JSON.parse(body.toString()))?.['context']) ?? {};
    if (await witness.arriving(context)) return void outgoing.destroy();
    const answer = await forward(incoming, body);
    const text = await buffer(answer);
    const taskId = textIn(fieldsOf(JSON.parse(text.toString())), 'task_id');
    if (taskId !== undefined && (await witness.accepted(context, taskId))) return void outgoing.destroy();
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  function forward({ method, url = '/', headers: given }: IncomingMessage, body: Buffer) {
    const { host: _, ...passed } = given;
    return new Promise<IncomingMessage>((resolve, reject) => {
      ask(new URL(url, target), { method, headers: passed, agent: false }, resolve).on('error', reject).end(body);
    });
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, headers };
}
