import { randomBytes } from 'node:crypto';

/** Where simulated services get their ids from: random ones, or predictable ones for tests. */
export interface IdSource {
  /** So many lower-case hexadecimal digits. */
  hex(digits: number): string;
}

export const randomIds: IdSource = {
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
};

/** 1, 2, 3 … : the same calls in the same order get the same ids. */
export function countingIds(): IdSource {
  let count = 0;
  return {
    hex(digits) {
      count += 1;
      return count.toString(16).padStart(digits, '0').slice(-digits);
    },
  };
}
