import { Overloaded } from '../errors.ts';

/** A door that lets so many in at once and turns the others away, before anything of theirs was done. */
export interface Admission {
  /** @throws {Overloaded} */
  within<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createAdmission(what: string, most: number): Admission {
  let inside = 0;
  return {
    async within(work) {
      if (inside >= most) throw new Overloaded(what, most);
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
      }
    },
  };
}
