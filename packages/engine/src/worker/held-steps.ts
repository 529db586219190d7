import type { Advanced } from '../lifecycle/3-advance/advance.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { AttemptInProgress } from '../lifecycle/4-execution/start-attempt.ts';
import type { CachedTask } from './task-cache.ts';

/** A step in this worker's hands, from the call that handed it out to the call that records what became of it. */
export interface HeldStep {
  readonly taskId: string;
  readonly step: number;
  readonly attempt: number;
  readonly lease: number;
  /** Kept at hand for it from the moment it begins. */
  task?: CachedTask;
  /** From the moment it begins. */
  attempting?: AttemptInProgress;
  /** By a transaction of its own. */
  recorded?: { readonly outcome: StepOutcome; readonly advanced: Advanced };
}

/** What a worker holds, by lease. */
export interface HeldSteps {
  add(held: HeldStep): void;
  /**
   * Its outcome was recorded or refused, or it was taken away. Returns its lease when it was the last one in it, so
   * that the lease can be closed.
   */
  remove(held: HeldStep): number | undefined;
  /** Of the leases of these steps, those that hold no others. */
  closedBy(steps: readonly HeldStep[]): number[];
  all(): HeldStep[];
  leases(): number[];
  inLease(lease: number): HeldStep[];
  readonly size: number;
}

export function createHeldSteps(): HeldSteps {
  const leases = new Map<number, Set<HeldStep>>();
  let size = 0;
  return {
    add(held) {
      const steps = leases.get(held.lease);
      if (steps) steps.add(held);
      else leases.set(held.lease, new Set([held]));
      size += 1;
    },
    remove(held) {
      const steps = leases.get(held.lease);
      if (!steps?.delete(held)) return undefined;
      size -= 1;
      if (steps.size > 0) return undefined;
      leases.delete(held.lease);
      return held.lease;
    },
    closedBy(steps) {
      const leaving = new Map<number, number>();
      for (const { lease } of steps) leaving.set(lease, (leaving.get(lease) ?? 0) + 1);
      return [...leaving].filter(([lease, count]) => leases.get(lease)?.size === count).map(([lease]) => lease);
    },
    all: () => [...leases.values()].flatMap((steps) => [...steps]),
    leases: () => [...leases.keys()],
    inLease: (lease) => [...(leases.get(lease) ?? [])],
    get size() {
      return size;
    },
  };
}
