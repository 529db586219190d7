import type { Clock, Random } from '../clock.ts';
import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { StartAttempt } from '../lifecycle/4-execution/start-attempt.ts';
import type { Database } from '../postgres/database.ts';
import type { CachedTask } from './task-cache.ts';
import type { WorkerSettings } from './worker-options.ts';

export interface WorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly plans: PlanStore;
  readonly settings: WorkerSettings;
  readonly name: string;
  /** Has handlers looked for that are not at hand; `servesHandler` knows afterwards. */
  readonly findHandlers: (callables: readonly string[]) => Promise<void>;
  readonly servesHandler: (namespace: string, handler: string) => boolean;
  readonly startAttempt: StartAttempt;
  readonly listener: WorkerListener;
}

/** Told after the commit. */
export interface WorkerListener {
  /** A handler is about to be called. */
  onStarted(task: CachedTask, step: number, attempt: number, maxAttempts: number): void;
  onRecorded(outcome: StepOutcome, task: CachedTask): void;
  /** An outcome came too late: the step was taken away, or ran elsewhere. */
  onRefused(outcome: StepOutcome): void;
  onFinished(task: CachedTask, state: 'complete' | 'error' | 'cancelled'): void;
  /** Steps may wait that this worker has no room for. */
  onWorkLeft(): void;
  onWarning(message: string, error?: unknown): void;
}
