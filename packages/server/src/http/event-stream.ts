import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidInput } from '../errors.ts';
import { endOf, sendEvents } from '../event-stream.ts';
import { followEvents, type StreamMessage } from '../operations/follow-events.ts';
import type { Services } from '../operations/services.ts';

export interface EventsOptions {
  /** Where the API begins. */
  readonly prefix: string;
  /** The server stops. */
  readonly stopping: AbortSignal;
}

/** `GET /events`: what happens, as Server-Sent Events. */
export function serveEvents(app: FastifyInstance, services: Services, { prefix, stopping }: EventsOptions): void {
  app.get<{ Querystring: Record<string, unknown> }>(
    `${prefix}/events`,
    { exposeHeadRoute: false },
    async (request, reply) => {
      const signal = endOf(reply, stopping);
      await services.streams.within(async () => {
        const messages = await followEvents(services, inputOf(request), request.context, signal);
        const { frames, signOfLife } = framesOf(messages);
        await sendEvents(reply, frames, signal, { signOfLife });
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

/** How far a quiet stream has come is told at the beginning, and with the signs of life. */
function framesOf(messages: AsyncIterable<StreamMessage>) {
  let reached = '';
  async function* frames(): AsyncGenerator<string | undefined> {
    for await (const message of messages) {
      const isQuiet = message.event === undefined && message.isReset !== true && reached !== '';
      reached = message.id;
      yield isQuiet ? undefined : frame(message);
    }
  }
  // an id without data moves on what the client would resume from
  const signOfLife = () => `: alive\n${reached === '' ? '' : `id: ${reached}\n`}\n`;
  return { frames: frames(), signOfLife };
}

function frame({ id, event, isReset }: StreamMessage): string {
  if (event !== undefined) return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
  return isReset === true ? `id: ${id}\nevent: reset\ndata: {}\n\n` : `id: ${id}\n\n`;
}
