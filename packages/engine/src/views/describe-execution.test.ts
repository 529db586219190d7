import { describe, expect, it } from 'vitest';
import { describeExecution } from './describe-execution.ts';
import type { ExecutionContext } from './find-execution-contexts.sql.ts';

const context: ExecutionContext = {
  taskId: 't',
  status: 'in_progress',
  totalSteps: 3,
  pendingSteps: 0,
  inProgressSteps: 1,
  completedSteps: 2,
  failedSteps: 1,
  readySteps: 1,
  cancelledSteps: 0,
  backoffSteps: 0,
  blockedSteps: 2,
  executionStatus: 'has_ready_steps',
  recommendedAction: 'execute_ready_steps',
  completionPercentage: 66.67,
  healthStatus: 'recovering',
};

describe('what an execution context means (TC-19)', () => {
  it.each<{ row: Partial<ExecutionContext>; means: object; urgency: string; canProceed: boolean }>([
    { row: {}, means: { hasWork: true, canProgress: true }, urgency: 'high', canProceed: true },
    {
      row: { executionStatus: 'processing', recommendedAction: 'wait_for_completion', readySteps: 0 },
      means: { hasWork: true, canProgress: false },
      urgency: 'low',
      canProceed: false,
    },
    {
      row: { executionStatus: 'blocked_by_failures', recommendedAction: 'handle_failures', healthStatus: 'blocked' },
      means: { hasWork: false, isBlocked: true, needsIntervention: true, isHealthy: false },
      urgency: 'critical',
      canProceed: false,
    },
    {
      row: { executionStatus: 'all_complete', recommendedAction: 'finalize_task', healthStatus: 'healthy' },
      means: { isComplete: true, isHealthy: true },
      urgency: 'medium',
      canProceed: true,
    },
    {
      row: { executionStatus: 'waiting_for_dependencies', recommendedAction: 'wait_for_dependencies' },
      means: { hasWork: false, isComplete: false },
      urgency: 'low',
      canProceed: false,
    },
    {
      row: { executionStatus: 'finished', recommendedAction: 'none' },
      means: { hasWork: false },
      urgency: 'none',
      canProceed: false,
    },
  ])('$row.executionStatus', ({ row, means, urgency, canProceed }) => {
    const summary = describeExecution({ ...context, ...row });
    expect(summary).toMatchObject({ ...means, nextAction: { urgency, canProceed } });
    expect(summary.nextAction.description).not.toBe('');
  });

  it('sums up in words', () => {
    expect(describeExecution(context)).toMatchObject({
      details: {
        completedRatio: '2/3',
        completionPercentage: '66.67%',
        remainingSteps: 1,
        failedSteps: 1,
        readySteps: 1,
      },
      nextAction: { description: '1 step ready to run' },
    });
  });
});
