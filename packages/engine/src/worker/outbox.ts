import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { HeldStep } from './held-steps.ts';
import type { CachedTask } from './task-cache.ts';

/** A step whose attempt is over, on its way into history. */
export interface Ended {
  readonly held: HeldStep;
  readonly task: CachedTask;
  readonly outcome: StepOutcome;
}

/** What waits for the next call. */
export interface Outbox {
  put(ended: Ended): void;
  /** Back to the front, after a call that came to nothing. */
  putBack(ended: readonly Ended[]): void;
  /** A lease whose last outcome was recorded while another call of it was under way: it is to be closed. */
  putEmptyLease(lease: number): void;
  take(limit: number): { readonly sent: readonly Ended[]; readonly emptyLeases: readonly number[] };
  readonly isEmpty: boolean;
}

export function createOutbox(): Outbox {
  let waiting: Ended[] = [];
  let emptyLeases: number[] = [];
  return {
    put: (ended) => {
      waiting.push(ended);
    },
    putBack: (ended) => {
      waiting = [...ended, ...waiting];
    },
    putEmptyLease: (lease) => {
      emptyLeases.push(lease);
    },
    take(limit) {
      const taken = { sent: waiting.slice(0, limit), emptyLeases };
      waiting = waiting.slice(limit);
      emptyLeases = [];
      return taken;
    },
    get isEmpty() {
      return waiting.length === 0 && emptyLeases.length === 0;
    },
  };
}
