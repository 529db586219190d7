import { historyKinds, type LiveEvent, liveEventSchema, nameSchema } from '@tasker/contract/wire';
import type { NewsPosition } from '@tasker/engine';
import { Type } from 'typebox';
import { InvalidInput } from '../errors.ts';
import type { FeedBatch } from '../events/feed.ts';
import { formatPosition, parsePosition } from '../events/position.ts';
import { liveEvent } from '../resources/history-resource.ts';
import { admit } from './invoke.ts';
import type { Operation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';

/** What is no call that returns: a stream of events, as they are committed. */
export const eventStream = {
  name: 'event.follow',
  permission: 'events:read',
  kind: 'query',
  summary: 'Follows what happens to tasks, whichever process does it.',
  input: Type.Object(
    {
      task_id: Type.Optional(Type.String({ format: 'uuid' })),
      namespace: Type.Optional(nameSchema),
      kind: Type.Optional(
        Type.Array(Type.Enum(historyKinds), {
          minItems: 1,
          maxItems: 50,
          description: 'Only these; over HTTP separated by commas.',
        }),
      ),
      last_event_id: Type.Optional(
        Type.String({ maxLength: 4096, description: 'Go on behind the message with this id: nothing is left out.' }),
      ),
    },
    { additionalProperties: false },
  ),
  output: liveEventSchema,
  errors: ['OVERLOADED'],
} as const satisfies Omit<Operation, 'call'>;

/** One message: an event, or (without one) how far the stream has come. */
export interface StreamMessage {
  /** Given back as `last_event_id` it leads on from here. */
  readonly id: string;
  readonly event?: LiveEvent;
  /** What was between the id that was asked for and this message is not known any more. */
  readonly isReset?: boolean;
}

/**
 * Begins to follow. Rejects before the first message when the caller may not, or the input is wrong.
 *
 * @param signal ends the stream
 */
export async function followEvents(
  services: Services,
  input: unknown,
  request: RequestContext,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamMessage>> {
  const { task_id: taskId, namespace, kind: kinds, last_event_id } = await admit(eventStream, services, input, request);
  const since = positionOf(last_event_id);
  return messagesOf(services.feed.follow({ taskId: taskId?.toLowerCase(), namespace, kinds }, since, signal));
}

/**
 * Where to go on.
 *
 * @throws {InvalidInput} when the id is not one of a message
 */
export function positionOf(id: string | undefined): NewsPosition | undefined {
  if (id === undefined || id === '') return undefined;
  const position = parsePosition(id);
  if (position !== undefined) return position;
  throw new InvalidInput([
    {
      path: 'last_event_id',
      message: 'is not the id of a message of this stream; leave it out to begin with what happens now',
    },
  ]);
}

export async function* messagesOf(batches: AsyncIterable<FeedBatch>): AsyncGenerator<StreamMessage> {
  for await (const { facts, before, position, isReset } of batches) {
    if (isReset || facts.length === 0) yield { id: formatPosition(position), isReset };
    for (const [index, fact] of facts.entries()) {
      const isLast = index === facts.length - 1;
      yield { id: formatPosition(isLast ? position : before), event: liveEvent(fact) };
    }
  }
}
