import { TaskerStopped } from '../errors.ts';

/** What a Tasker is asked goes in here: once it is closed, what is inside may end and nothing new begins. */
export interface Door {
  /** @throws {TaskerStopped} after it was closed */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nobody is inside any more. */
  close(): Promise<void>;
}

export function createDoor(): Door {
  let inside = 0;
  let closed = false;
  let tellEmpty: () => void = () => undefined;
  const empty = new Promise<void>((resolve) => {
    tellEmpty = resolve;
  });
  return {
    async enter(work) {
      if (closed) throw new TaskerStopped();
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
        if (closed && inside === 0) tellEmpty();
      }
    },
    close() {
      closed = true;
      if (inside === 0) tellEmpty();
      return empty;
    },
  };
}
