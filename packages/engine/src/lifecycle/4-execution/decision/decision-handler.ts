import type { JsonObject } from '@tasker/contract';
import type { StepContext } from '../step-context.ts';
import { StepHandler } from '../step-handler.ts';
import { type ErrorType, StepHandlerResult } from '../step-handler-result.ts';
import {
  createSteps,
  type DecisionPointOutcome,
  type DecisionResult,
  decisionResult,
  noBranches,
} from './decision-outcome.ts';

/**
 * The class form of a decision: looks at what there is and says which steps the task goes on with.
 *
 * @example
 * class RouteApproval extends DecisionHandler {
 *   static override readonly handlerName = 'approval.route';
 *   call(context: StepContext) {
 *     const amount = Number(context.getInput('amount'));
 *     return this.decisionSuccess(amount < 1_000 ? 'auto_approve' : 'manager_approval', { amount });
 *   }
 * }
 */
export abstract class DecisionHandler extends StepHandler {
  abstract override call(context: StepContext): StepHandlerResult | Promise<StepHandlerResult>;

  /**
   * Goes on with these steps.
   *
   * @param routingContext what led to the decision
   * @throws {PermanentError} `INVALID_DECISION` when it names no step
   */
  protected decisionSuccess(
    steps: string | readonly string[],
    routingContext?: JsonObject,
    metadata?: JsonObject,
  ): StepHandlerResult<DecisionResult> {
    return this.decisionSuccessWithOutcome(createSteps(steps, routingContext), metadata);
  }

  protected decisionSuccessWithOutcome(
    outcome: DecisionPointOutcome,
    metadata: JsonObject = {},
  ): StepHandlerResult<DecisionResult> {
    const { name, version } = this;
    return StepHandlerResult.directing({ kind: 'decision', outcome }, decisionResult(outcome), {
      decision_handler: name,
      decision_version: version,
      ...metadata,
    });
  }

  /** Goes on without any of the branches. */
  protected skipBranches(
    reason: string,
    routingContext?: JsonObject,
    metadata?: JsonObject,
  ): StepHandlerResult<DecisionResult> {
    return this.decisionSuccessWithOutcome(noBranches(reason, routingContext), metadata);
  }

  /** No decision could be made; for good, unless told otherwise. */
  protected decisionFailure(
    message: string,
    errorType: ErrorType = 'decision_error',
    retryable = false,
    metadata?: JsonObject,
    errorCode?: string,
  ): StepHandlerResult<never> {
    return StepHandlerResult.failure(message, errorType, retryable, metadata, errorCode);
  }
}
