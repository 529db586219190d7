import { describe, expect, it } from 'vitest';
import { describeReadiness } from './describe-readiness.ts';
import type { StepReadiness } from './find-readiness.sql.ts';

const now = new Date('2030-01-01T00:00:00Z');
const later = new Date(now.getTime() + 12_900);

const ready: StepReadiness = {
  workflowStepId: 's',
  taskId: 't',
  namedStepId: 0,
  name: 'pay',
  currentState: 'pending',
  dependenciesSatisfied: true,
  retryEligible: true,
  readyForExecution: true,
  lastFailureAt: null,
  nextRetryAt: null,
  totalParents: 0,
  completedParents: 0,
  attempts: 0,
  retryLimit: 3,
  backoffRequestSeconds: null,
  lastAttemptedAt: null,
};
const failed = { currentState: 'error', attempts: 1, lastFailureAt: now, lastAttemptedAt: now } as const;

describe('CORE-44 TC-17 what a readiness row means', () => {
  it.each<{ what: string; row: Partial<StepReadiness>; means: object }>([
    {
      what: 'ready',
      row: {},
      means: {
        blockingReason: null,
        secondsUntilReady: 0,
        dependencyStatus: 'no_dependencies',
        retryStatus: 'retry_eligible',
        backoffType: 'no_backoff',
        effectiveBackoffSeconds: 0,
      },
    },
    {
      what: 'waiting for parents',
      row: { readyForExecution: false, dependenciesSatisfied: false, totalParents: 3, completedParents: 2 },
      means: {
        blockingReason: 'dependencies_not_satisfied',
        secondsUntilReady: null,
        dependencyStatus: '2/3_satisfied',
      },
    },
    {
      what: 'in backoff',
      row: { ...failed, readyForExecution: false, nextRetryAt: later, backoffRequestSeconds: 12.9 },
      means: {
        blockingReason: 'waiting_for_backoff',
        secondsUntilReady: 12,
        retryStatus: 'waiting_for_backoff',
        backoffType: 'explicit_backoff',
        effectiveBackoffSeconds: 12.9,
      },
    },
    {
      what: 'due again',
      row: { ...failed, nextRetryAt: now, backoffRequestSeconds: 5, totalParents: 1, completedParents: 1 },
      means: {
        blockingReason: null,
        secondsUntilReady: 0,
        retryStatus: 'retry_eligible',
        dependencyStatus: 'all_satisfied',
      },
    },
    {
      what: 'exhausted',
      row: { ...failed, attempts: 3, readyForExecution: false, retryEligible: false },
      means: {
        blockingReason: 'retry_not_eligible',
        secondsUntilReady: null,
        retryStatus: 'max_retries_reached',
        backoffType: 'failed',
      },
    },
    {
      what: 'failed for good with attempts left',
      row: { ...failed, readyForExecution: false, retryEligible: false },
      means: { blockingReason: 'retry_not_eligible', retryStatus: 'not_retryable' },
    },
    {
      what: 'running',
      row: { currentState: 'in_progress', readyForExecution: false },
      means: { blockingReason: 'invalid_state', secondsUntilReady: null },
    },
    {
      what: 'nothing holds it and yet it is not ready',
      row: { readyForExecution: false },
      means: { blockingReason: 'unknown' },
    },
  ])('$what', ({ row, means }) => {
    expect(describeReadiness({ ...ready, ...row }, now)).toMatchObject(means);
  });

  it('never counts below zero', () => {
    const overdue = { ...ready, ...failed, readyForExecution: false, nextRetryAt: new Date(now.getTime() - 5_000) };
    expect(describeReadiness(overdue, now).secondsUntilReady).toBe(0);
  });
});
