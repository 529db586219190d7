import { isMissingPartition, isSerialization } from '../../postgres/sqlstate.ts';
import { timeOfTask } from './task-id.ts';

/** Makes room in history for moments, in milliseconds since 1970. */
export type MakeRoom = (moments: readonly number[]) => Promise<void>;

/**
 * Writes tasks, and again when they only lost a race for locks, or found no room: history has room for the week to
 * come and not for more, and the clock that made an id may be weeks ahead of the one by which room is made.
 */
export async function writeInRoom<T>(
  tasks: readonly { readonly id: string }[],
  makeRoom: MakeRoom,
  write: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (tries >= triesLimit) throw error;
      if (isMissingPartition(error)) await makeRoom(tasks.map(({ id }) => timeOfTask(id)));
      else if (!isSerialization(error)) throw error;
    }
  }
}

const triesLimit = 5;
