/**
 * A worker of this process that takes the first steps of new tasks straight away: they are written into a lease of its
 * own instead of waiting for any worker, which saves a row, a look and a round trip.
 */
export interface Receiver {
  /** Room for steps of these queues, or undefined when they had better wait for any worker. */
  reserve(queues: readonly number[]): Reservation | undefined;
}

export interface Reservation {
  readonly workerId: number;
  /** Number of the lease to write. */
  readonly lease: number;
  /** They are written: the worker begins. */
  accept(steps: readonly FirstStep[]): void;
  /** They are not written, or nobody knows: what is found in the database later is taken on then. */
  release(): void;
}

export interface FirstStep {
  readonly taskId: string;
  readonly step: number;
  readonly attempt: 1;
}
