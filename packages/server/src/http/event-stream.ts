import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidInput } from '../errors.ts';
import { followEvents, type StreamMessage } from '../operations/follow-events.ts';
import type { Services } from '../operations/services.ts';

/** Between two signs of life, milliseconds: less than proxies wait before they give a silent connection up. */
const heartbeatMs = 15_000;
/** How long clients wait before they come back, milliseconds. */
const reconnectMs = 2_000;

/** `GET /events`: what happens, as Server-Sent Events. Ends when the server stops, and is resumed elsewhere. */
export function serveEvents(app: FastifyInstance, services: Services, prefix: string): void {
  const stopping = new AbortController();
  app.addHook('preClose', async () => {
    stopping.abort();
    await services.feed.stop();
  });
  app.get<{ Querystring: Record<string, unknown> }>(
    `${prefix}/events`,
    { exposeHeadRoute: false },
    async (request, reply) => {
      const leaving = new AbortController();
      reply.raw.once('close', () => {
        leaving.abort();
      });
      const signal = AbortSignal.any([leaving.signal, stopping.signal]);
      await services.streams.within(async () => {
        const messages = await followEvents(services, inputOf(request), request.context, signal);
        await send(messages, open(reply), signal);
      });
      return reply;
    },
  );
}

function inputOf({ query, headers }: FastifyRequest<{ Querystring: Record<string, unknown> }>): object {
  const { kind, ...others } = query;
  const lastEventId = headers['last-event-id'];
  if (Array.isArray(kind))
    throw new InvalidInput([{ path: 'kind', message: 'is given more than once; separate kinds by commas' }]);
  return {
    ...others,
    ...(typeof kind === 'string' ? { kind: kind.split(',') } : {}),
    ...(lastEventId === undefined ? {} : { last_event_id: lastEventId }),
  };
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

async function send(messages: AsyncIterable<StreamMessage>, raw: ServerResponse, signal: AbortSignal): Promise<void> {
  let reached = '';
  const heartbeat = setInterval(() => {
    // an id without data moves on what the client would resume from
    if (raw.writableLength === 0) raw.write(`: alive\n${reached === '' ? '' : `id: ${reached}\n`}\n`);
  }, heartbeatMs);
  try {
    for await (const message of messages) {
      // how far a quiet stream has come is told at the beginning, and with the signs of life
      const isQuiet = message.event === undefined && message.isReset !== true && reached !== '';
      reached = message.id;
      if (!isQuiet && !raw.write(frame(message))) await once(raw, 'drain', { signal });
    }
  } catch (error) {
    // who has left needs no answer; anything else ends the stream, and the client resumes it
    if (!signal.aborted) raw.destroy(error instanceof Error ? error : undefined);
  } finally {
    clearInterval(heartbeat);
    raw.end();
  }
}

function frame({ id, event, isReset }: StreamMessage): string {
  if (event !== undefined) return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
  return isReset === true ? `id: ${id}\nevent: reset\ndata: {}\n\n` : `id: ${id}\n\n`;
}
