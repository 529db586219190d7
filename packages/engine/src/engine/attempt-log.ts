import type { EventTask } from '../events/lifecycle-events.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import { durationCategory } from './duration-category.ts';
import type { TaskerLogger } from './logger.ts';

/** Told of every attempt that was recorded. */
export type AttemptLog = (outcome: StepOutcome, task: EventTask) => void;

/**
 * Warns of attempts that took longer than they should; the others are for whoever looks closely. Called for every step:
 * an attempt that is not logged costs a comparison.
 */
export function createAttemptLog(logger: TaskerLogger, slowThresholdMs: number): AttemptLog {
  const leastMs = logger.isLevelEnabled?.('debug') === true ? Number.NEGATIVE_INFINITY : slowThresholdMs;
  return (outcome, task) => {
    if (outcome.kind !== 'complete' && outcome.kind !== 'error') return;
    const tookMs = outcome.endedAt - outcome.beganAt;
    if (tookMs <= leastMs) return;
    const isSlow = tookMs > slowThresholdMs;
    const { name, namespace, version, steps } = task.registered.plan;
    const fields = {
      task_id: task.id,
      task: name,
      namespace,
      version,
      step: steps[outcome.step]?.name,
      attempt: outcome.attempt,
      step_status: outcome.kind,
      correlation_id: task.correlationId,
      duration_ms: Math.round(tookMs * 100) / 100,
      performance_category: durationCategory(tookMs),
      is_slow: isSlow,
    };
    if (isSlow) logger.warn(fields, `an attempt took longer than ${slowThresholdMs} ms`);
    else logger.debug(fields, 'attempt');
  };
}
