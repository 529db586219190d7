import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Between two signs of life, milliseconds: less than proxies wait before they give a silent connection up. */
const heartbeatMs = 15_000;
/** How long clients wait before they come back, milliseconds. */
const reconnectMs = 2_000;

export interface EventStreamOptions {
  /** What is sent in the place of `: alive` while nothing else is: a comment, and fields that go with it. */
  readonly signOfLife?: () => string;
}

/** When a stream ends that answers a request: when the client leaves, or the server stops and another one takes over. */
export function endOf({ raw }: FastifyReply, stopping: AbortSignal): AbortSignal {
  const leaving = new AbortController();
  raw.once('close', () => {
    leaving.abort();
  });
  return AbortSignal.any([leaving.signal, stopping]);
}

/**
 * Answers with a stream of Server-Sent Events. What is to be sent is asked for when the client has taken what was sent before; undefined:
 * nothing, for now. An error ends the connection, and the client resumes it.
 */
export async function sendEvents(
  reply: FastifyReply,
  frames: AsyncIterable<string | undefined>,
  signal: AbortSignal,
  { signOfLife = () => ': alive\n\n' }: EventStreamOptions = {},
): Promise<void> {
  const raw = open(reply);
  const heartbeat = setInterval(() => {
    if (raw.writableLength === 0) raw.write(signOfLife());
  }, heartbeatMs);
  try {
    for await (const frame of frames) {
      if (frame !== undefined && !raw.write(frame)) await once(raw, 'drain', { signal });
    }
  } catch (error) {
    // who has left needs no answer
    if (!signal.aborted) raw.destroy(error instanceof Error ? error : undefined);
  } finally {
    clearInterval(heartbeat);
    raw.end();
  }
}

/** From here on the answer is ours to write. */
function open(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // proxies that gather answers would keep the events
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  raw.write(`retry: ${reconnectMs}\n\n`);
  return raw;
}
