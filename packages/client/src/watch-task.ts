import { isTerminal } from '@tasker/contract';
import type { LiveEvent, TaskHistoryEvent } from '@tasker/contract/wire';
import { ClientError, ConnectionFailed, ServerUnavailable } from './errors.ts';
import type { Caller } from './operations.ts';
import { pause } from './pause.ts';

/** Something that happened to a task. */
export type WatchedEvent = Omit<TaskHistoryEvent, 'result'>;

export interface WatchOptions {
  /** Ends watching. */
  readonly signal?: AbortSignal | undefined;
}

/** Between two looks, where there is no stream or it does not work. */
const pollMs = 1_000;
/** A connection may be dead without saying so: after so long it is made anew, and history compared. */
const streamMs = 15_000;

/**
 * Everything that happened to a task and goes on happening, each event once and in order, until it has ended. Told by
 * the stream of events, and what it cannot know, by the history: that is read when a stream has begun, and again and again
 * where there is none.
 *
 * @throws {NotFound} when there is no such task; {ClientError} when the server cannot be asked any more
 */
export async function* watchTask(
  caller: Caller,
  taskId: string,
  { signal = new AbortController().signal }: WatchOptions = {},
): AsyncGenerator<WatchedEvent, void, undefined> {
  const told = new Set<string>();

  function isNews(event: WatchedEvent): boolean {
    if (told.has(event.event_id)) return false;
    told.add(event.event_id);
    return true;
  }

  /** @returns whether the task has ended */
  async function* look(): AsyncGenerator<WatchedEvent, boolean, undefined> {
    // In this order: history is at least as new as the state.
    const { task } = await caller.call('task.show', { task_id: taskId }, { signal });
    const { events } = await caller.call('task.history', { task_id: taskId }, { signal });
    for (const { result: _, ...event } of events) if (isNews(event)) yield event;
    return isTerminal(task.status);
  }

  while (!signal.aborted) {
    if (yield* look()) return;
    let heard = false;
    for await (const event of listen(caller, taskId, signal)) {
      if (event === undefined) {
        if (yield* look()) return;
        continue;
      }
      if (!isNews(event)) continue;
      heard = true;
      yield event;
      if (event.kind.startsWith('task_')) break;
    }
    if (!heard) await pause(caller.pollMs ?? pollMs, signal);
  }
}

/** Ends when nothing more can be heard, for whatever reason: then history is asked. */
async function* listen(
  { listen: subscribe }: Caller,
  taskId: string,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent | undefined, void, undefined> {
  if (subscribe === undefined) return;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(streamMs)]);
  try {
    yield* subscribe({ taskId, signal: patience });
  } catch (error) {
    const passing = error instanceof ConnectionFailed || error instanceof ServerUnavailable;
    const unknown = error instanceof ClientError && ['ROUTE_NOT_FOUND', 'UNEXPECTED_ANSWER'].includes(error.code);
    if (!passing && !unknown) throw error;
  }
}
