import type { JsonObject } from '@tasker/contract';
import { PermanentError } from '../handler-errors.ts';

/** What a decision came to: the steps that the task goes on with, or that it goes on without any of them. */
export interface DecisionPointOutcome {
  readonly decisionType: DecisionType;
  /** The steps to create; empty for `no_branches`. */
  readonly nextStepNames: readonly string[];
  /** Why there are no branches. */
  readonly reason?: string;
  /** What led to the decision, for the steps that follow and for people. */
  readonly routingContext: JsonObject;
}

export type DecisionType = 'create_steps' | 'no_branches';

/** @throws {PermanentError} when it names no step */
export function createSteps(steps: string | readonly string[], routingContext: JsonObject = {}): DecisionPointOutcome {
  const nextStepNames = [...new Set(typeof steps === 'string' ? [steps] : steps)];
  if (nextStepNames.length === 0 || nextStepNames.includes('')) {
    throw invalidDecision('A decision must name the steps to go on with; to take none of them, skip the branches');
  }
  return { decisionType: 'create_steps', nextStepNames, routingContext };
}

export function noBranches(reason: string, routingContext: JsonObject = {}): DecisionPointOutcome {
  return { decisionType: 'no_branches', nextStepNames: [], reason, routingContext };
}

/** What the steps after a decision find as its result. */
export interface DecisionResult {
  readonly decision_point_outcome:
    | { readonly type: 'create_steps'; readonly step_names: readonly string[] }
    | { readonly type: 'no_branches'; readonly reason?: string };
  readonly routing_context: JsonObject;
}

export function decisionResult(outcome: DecisionPointOutcome): DecisionResult {
  const { decisionType: type, nextStepNames, reason, routingContext } = outcome;
  return {
    decision_point_outcome:
      type === 'create_steps'
        ? { type, step_names: nextStepNames }
        : { type, ...(reason === undefined ? {} : { reason }) },
    routing_context: routingContext,
  };
}

export function invalidDecision(problem: string): PermanentError {
  return new PermanentError(`${problem}.`, { errorCode: 'INVALID_DECISION' });
}
