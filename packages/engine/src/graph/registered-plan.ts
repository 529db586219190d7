import type { Plan } from './plan.ts';

/** A plan as the database knows it. */
export interface RegisteredPlan {
  readonly revisionId: number;
  /** Of the graph of a task's own: the revision of its template that it comes from. */
  readonly derivedFrom?: number;
  readonly revision: number;
  readonly plan: Plan;
  /** By position: the queue in which the step waits for a worker. */
  readonly queues: readonly number[];
}
