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

/** Everything that a Tasker publishes about tasks and steps from now on. */
export interface Heard {
  readonly events: readonly (TaskEvent | StepEvent)[];
  /** Resolves with the first event of that name, heard already or to come, for which `isWanted` holds. */
  until(name: EventName, isWanted?: (event: TaskEvent | StepEvent) => boolean): Promise<TaskEvent | StepEvent>;
}

export function listen(tasker: Tasker): Heard {
  const events: (TaskEvent | StepEvent)[] = [];
  const waiting = new Set<(event: TaskEvent | StepEvent) => void>();
  tasker.on('*', (event) => {
    if (!('task_id' in event)) return;
    events.push(event);
    for (const tell of waiting) tell(event);
  });
  return {
    events,
    until: (name, isWanted = () => true) =>
      new Promise((resolve) => {
        const isIt = (event: TaskEvent | StepEvent) => event.event_type === name && isWanted(event);
        const known = events.find(isIt);
        if (known !== undefined) return resolve(known);
        const tell = (event: TaskEvent | StepEvent) => {
          if (!isIt(event)) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
      }),
  };
}

export function isStep(taskId: string, step?: string): (event: TaskEvent | StepEvent) => boolean {
  return (event) =>
    event.task_id === taskId && (step === undefined || ('step_name' in event && event.step_name === step));
}

/** Rejects when the handler's signal is aborted, and never otherwise. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}
