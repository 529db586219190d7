import type { EventName, StepEvent, TaskEvent } from '@tasker/contract';
import type { Tasker } from '../../src/index.ts';

/** Something that a test waits for and a handler says, or the other way round. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open: (value) => open(value) };
}

/** Counts things up to a number, and says when it is reached. */
export function countdown(from: number): { readonly reached: Promise<void>; count(): void; readonly left: number } {
  const end = gate();
  let left = from;
  return {
    reached: end.opened,
    count() {
      left -= 1;
      if (left === 0) end.open();
    },
    get left() {
      return left;
    },
  };
}

/** Resolves at the next event of that name for which `isWanted` holds. Ask before what causes it. */
export function next(
  tasker: Tasker,
  name: EventName,
  isWanted: (event: TaskEvent | StepEvent) => boolean = () => true,
): Promise<TaskEvent | StepEvent> {
  return new Promise((resolve) => {
    const stop = tasker.on('*', (event) => {
      if (event.event_type !== name || !isWanted(event)) return;
      stop();
      resolve(event);
    });
  });
}

/** Everything that a Tasker publishes from now on. */
export function recordEvents(tasker: Tasker): (TaskEvent | StepEvent)[] {
  const events: (TaskEvent | StepEvent)[] = [];
  tasker.on('*', (event) => events.push(event));
  return events;
}

/** Rejects when the handler's signal is aborted, and never otherwise. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}
