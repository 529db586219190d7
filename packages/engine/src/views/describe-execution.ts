import type { ExecutionContext } from './find-execution-contexts.sql.ts';

/** What an execution context means for whoever looks after the task. */
export interface ExecutionSummary {
  readonly hasWork: boolean;
  readonly isBlocked: boolean;
  readonly isComplete: boolean;
  readonly isHealthy: boolean;
  readonly needsIntervention: boolean;
  readonly canProgress: boolean;
  readonly nextAction: NextAction;
  readonly details: {
    /** For example `2/3`. */
    readonly completedRatio: string;
    /** For example `66.67%`. */
    readonly completionPercentage: string;
    readonly remainingSteps: number;
    readonly failedSteps: number;
    readonly readySteps: number;
  };
}

export interface NextAction {
  readonly action: ExecutionContext['recommendedAction'];
  readonly description: string;
  readonly urgency: 'none' | 'low' | 'medium' | 'high' | 'critical';
  readonly canProceed: boolean;
}

export function describeExecution(context: ExecutionContext): ExecutionSummary {
  const { executionStatus, healthStatus, completedSteps, totalSteps } = context;
  return {
    hasWork: executionStatus === 'has_ready_steps' || executionStatus === 'processing',
    isBlocked: executionStatus === 'blocked_by_failures',
    isComplete: executionStatus === 'all_complete',
    isHealthy: healthStatus === 'healthy',
    needsIntervention: healthStatus === 'blocked',
    canProgress: context.readySteps > 0,
    nextAction: nextAction(context),
    details: {
      completedRatio: `${completedSteps}/${totalSteps}`,
      completionPercentage: `${context.completionPercentage}%`,
      remainingSteps: totalSteps - completedSteps,
      failedSteps: context.failedSteps,
      readySteps: context.readySteps,
    },
  };
}

function nextAction({ recommendedAction: action, ...context }: ExecutionContext): NextAction {
  switch (action) {
    case 'execute_ready_steps':
      return { action, description: `${steps(context.readySteps)} ready to run`, urgency: 'high', canProceed: true };
    case 'wait_for_completion':
      return { action, description: `${steps(context.inProgressSteps)} running`, urgency: 'low', canProceed: false };
    case 'handle_failures':
      return {
        action,
        description: `${steps(context.blockedSteps)} failed for good: retry, resolve or skip`,
        urgency: 'critical',
        canProceed: false,
      };
    case 'finalize_task':
      return { action, description: 'every step is settled', urgency: 'medium', canProceed: true };
    case 'wait_for_dependencies':
      return { action, description: 'steps wait for their parents or for a time', urgency: 'low', canProceed: false };
    case 'none':
      return { action, description: 'the task is over', urgency: 'none', canProceed: false };
  }
}

const steps = (count: number) => (count === 1 ? '1 step' : `${count} steps`);
