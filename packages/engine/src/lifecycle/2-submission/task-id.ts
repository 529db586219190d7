import { V7Generator } from 'uuidv7';
import type { Random } from '../../clock.ts';

/**
 * Makes ids of tasks: version 7 UUIDs whose last 20 bits are left to the steps (`graph/step-id.ts`).
 *
 * @param now the database's time, milliseconds since 1970: ids decide in which partition of history a task goes, so a
 *   process whose own clock is wrong must not choose by it
 */
export function createTaskIds(now: () => number, random: Random): () => string {
  const generator = new V7Generator({ nextUint32: () => Math.floor(random() * 2 ** 32) });
  return () => `${generator.generateOrResetWithTs(Math.round(now())).toString().slice(0, -5)}00000`;
}

/** When the id was made, milliseconds since 1970. */
export function timeOfTask(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
