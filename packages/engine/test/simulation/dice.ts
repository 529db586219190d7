import { createHash } from 'node:crypto';
import { seededRandom } from '../../src/testing/seeded-random.ts';

/** Random choices that depend on a seed and on what they are about, and on nothing else. */
export interface Dice {
  /** In [0, 1). */
  roll(): number;
  /** Whole, both ends included. */
  whole(from: number, to: number): number;
  chance(probability: number): boolean;
  one<T>(of: readonly T[]): T;
  some<T>(of: readonly T[], probability: number): T[];
}

export function dice(...about: readonly (string | number)[]): Dice {
  const roll = seededRandom(createHash('sha256').update(about.join(' ')).digest().readUInt32LE());
  const whole = (from: number, to: number) => from + Math.floor(roll() * (to - from + 1));
  return {
    roll,
    whole,
    chance: (probability) => roll() < probability,
    one(of) {
      const chosen = of[whole(0, of.length - 1)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
    some: (of, probability) => of.filter(() => roll() < probability),
  };
}
