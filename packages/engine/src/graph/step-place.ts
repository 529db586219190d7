import type { RegisteredPlan } from './registered-plan.ts';

/** One step of one task, with what is needed to move on from it. */
export interface StepPlace {
  readonly taskId: string;
  readonly registered: RegisteredPlan;
  readonly step: number;
  /** Of the task; higher goes first. */
  readonly priority: number;
}
