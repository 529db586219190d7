import { isTerminal } from '@tasker/contract';
import { type Static, Type } from 'typebox';
import { TaskNotFound } from '../errors.ts';
import { eventStream, followEvents, messagesOf, positionOf, type StreamMessage } from './follow-events.ts';
import { admit, invoke } from './invoke.ts';
import type { Operation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';
import { showTasks } from './task/show-tasks.ts';

/** What is no call that returns: what happens to one task, until it has ended. */
export const taskStream = {
  name: 'task.follow',
  permission: 'events:read',
  kind: 'query',
  summary: 'Follows a task until it has ended.',
  input: Type.Object(
    {
      task_id: Type.String({ format: 'uuid', description: 'Of the task.' }),
      last_event_id: eventStream.input.properties.last_event_id,
    },
    { additionalProperties: false },
  ),
  output: eventStream.output,
  errors: ['OVERLOADED', 'TASK_NOT_FOUND'],
} as const satisfies Omit<Operation, 'call'>;

/**
 * Begins to follow a task. The first message has no event: it says that the task is followed from here on. Ends with the
 * task; at once, when it has ended before, and nothing is asked for that was before that. Rejects when the caller may
 * not, the input is wrong or there is no such task.
 *
 * @param signal ends the stream
 */
export async function followTask(
  services: Services,
  input: unknown,
  request: RequestContext,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamMessage>> {
  const given = await admit(taskStream, services, input, request);
  await hasEnded(services, given.task_id, request);
  const messages = await followEvents(services, given, request, signal);
  return untilEnd(services, given, messages, request);
}

async function* untilEnd(
  services: Services,
  { task_id: taskId, last_event_id: since }: Static<typeof taskStream.input>,
  messages: AsyncIterable<StreamMessage>,
  request: RequestContext,
): AsyncGenerator<StreamMessage> {
  let isFirst = true;
  for await (const message of messages) {
    const mayBeEnd = isFirst || message.event?.kind.startsWith('task_') === true;
    const position = positionOf(message.id);
    // asked before the message is taken: one that ends after that is told of by a message still to come
    const isEnd = mayBeEnd && position !== undefined && (await hasEnded(services, taskId, request));
    yield message;
    if (isEnd) {
      // it may have gone on from one end to the next
      if (!isFirst || since !== undefined) yield* eventsOf(services, taskId, position);
      return;
    }
    isFirst = false;
  }
}

async function* eventsOf({ feed }: Services, taskId: string, since: Parameters<Services['feed']['catchUp']>[1]) {
  for await (const message of messagesOf(feed.catchUp({ taskId: taskId.toLowerCase() }, since))) {
    if (message.event !== undefined) yield message;
  }
}

/** @throws {TaskNotFound} */
async function hasEnded(services: Services, taskId: string, request: RequestContext): Promise<boolean> {
  const { tasks } = await invoke(showTasks, services, { task_ids: [taskId] }, request);
  const [task] = tasks;
  if (task === undefined) throw new TaskNotFound(taskId);
  return isTerminal(task.status);
}
