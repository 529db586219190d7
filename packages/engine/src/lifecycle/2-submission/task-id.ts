import { V7Generator } from 'uuidv7';
import type { Clock, Random } from '../../clock.ts';

/** Makes ids of tasks: version 7 UUIDs whose last 20 bits are left to the steps (`graph/step-id.ts`). */
export function createTaskIds(clock: Clock, random: Random): () => string {
  const generator = new V7Generator({ nextUint32: () => Math.floor(random() * 2 ** 32) });
  return () => `${generator.generateOrResetWithTs(clock.now()).toString().slice(0, -5)}00000`;
}
