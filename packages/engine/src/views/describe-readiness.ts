import type { StepReadiness } from './find-readiness.sql.ts';

/** What a readiness row means, in the words that screens and analyses use. */
export interface ReadinessDescription {
  /** Why the step cannot run now; null when it can. */
  readonly blockingReason:
    | 'dependencies_not_satisfied'
    | 'retry_not_eligible'
    | 'invalid_state'
    | 'waiting_for_backoff'
    | 'unknown'
    | null;
  /** Whole seconds; 0 when it is ready, null when no time is known. */
  readonly secondsUntilReady: number | null;
  /** `no_dependencies`, `all_satisfied`, or for example `2/3_satisfied`. */
  readonly dependencyStatus: string;
  readonly retryStatus: 'max_retries_reached' | 'not_retryable' | 'waiting_for_backoff' | 'retry_eligible';
  /** `explicit_backoff`: the last failure set a time for the next attempt; `failed`: it set none. */
  readonly backoffType: 'explicit_backoff' | 'failed' | 'no_backoff';
  readonly effectiveBackoffSeconds: number;
}

export function describeReadiness(row: StepReadiness, now: Date): ReadinessDescription {
  return {
    blockingReason: blockingReason(row, now),
    secondsUntilReady: secondsUntilReady(row, now),
    dependencyStatus: dependencyStatus(row),
    retryStatus: retryStatus(row, now),
    backoffType: backoffType(row),
    effectiveBackoffSeconds: row.backoffRequestSeconds ?? 0,
  };
}

function blockingReason(row: StepReadiness, now: Date): ReadinessDescription['blockingReason'] {
  if (row.readyForExecution) return null;
  if (!row.dependenciesSatisfied) return 'dependencies_not_satisfied';
  if (!row.retryEligible) return 'retry_not_eligible';
  if (row.currentState !== 'pending' && row.currentState !== 'error') return 'invalid_state';
  return isWaiting(row, now) ? 'waiting_for_backoff' : 'unknown';
}

function secondsUntilReady(row: StepReadiness, now: Date): number | null {
  if (row.readyForExecution) return 0;
  if (row.nextRetryAt === null) return null;
  return Math.max(0, Math.floor((row.nextRetryAt.getTime() - now.getTime()) / 1000));
}

function dependencyStatus({ totalParents, completedParents }: StepReadiness): string {
  if (totalParents === 0) return 'no_dependencies';
  return completedParents === totalParents ? 'all_satisfied' : `${completedParents}/${totalParents}_satisfied`;
}

function retryStatus(row: StepReadiness, now: Date): ReadinessDescription['retryStatus'] {
  if (row.attempts >= row.retryLimit) return 'max_retries_reached';
  if (!row.retryEligible) return 'not_retryable';
  return isWaiting(row, now) ? 'waiting_for_backoff' : 'retry_eligible';
}

function backoffType(row: StepReadiness): ReadinessDescription['backoffType'] {
  if (row.backoffRequestSeconds !== null) return 'explicit_backoff';
  return row.lastFailureAt === null ? 'no_backoff' : 'failed';
}

function isWaiting({ nextRetryAt }: StepReadiness, now: Date): boolean {
  return nextRetryAt !== null && nextRetryAt > now;
}
