import type { JsonObject } from '@tasker/contract';
import type { DefinedHandler } from '../define-handler.ts';
import { type FunctionalHandler, gatherArguments, type HandlerNeeds } from '../handler-needs.ts';
import type { StepContext } from '../step-context.ts';
import type { StepHandlerResult } from '../step-handler-result.ts';
import { DecisionHandler } from './decision-handler.ts';
import {
  createSteps,
  type DecisionPointOutcome,
  type DecisionResult,
  invalidDecision,
  noBranches,
} from './decision-outcome.ts';

/** What the function of a decision returns: made by {@link Decision.route} or {@link Decision.skip}. */
export type Decision = DecisionPointOutcome;

export const Decision = {
  /**
   * Go on with these steps.
   *
   * @param routingContext what led to the decision
   */
  route: (steps: string | readonly string[], routingContext?: JsonObject): Decision =>
    createSteps(steps, routingContext),
  /** Go on without any of the branches. */
  skip: (reason: string, routingContext?: JsonObject): Decision => noBranches(reason, routingContext),
} as const;

/**
 * The functional form of a decision.
 *
 * @example
 * const routeApproval = defineDecisionHandler('approval.route', { inputs: { amount: 'amount' } }, ({ amount }) =>
 *   Number(amount) < 1_000 ? Decision.route('auto_approve') : Decision.route(['manager_approval', 'finance_review']),
 * );
 */
export function defineDecisionHandler<Depends extends string = never, Inputs extends string = never>(
  name: string,
  needs: HandlerNeeds<Depends, Inputs>,
  decide: FunctionalHandler<NoInfer<Depends | Inputs>, Decision | Promise<Decision>>,
): DefinedHandler<Promise<StepHandlerResult<DecisionResult>>, DecisionHandler>;
export function defineDecisionHandler(
  name: string,
  needs: HandlerNeeds<string, string>,
  decide: FunctionalHandler<string, Decision | Promise<Decision>>,
): DefinedHandler<Promise<StepHandlerResult<DecisionResult>>, DecisionHandler> {
  return class extends DecisionHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = needs.version ?? '1.0.0';

    async call(context: StepContext): Promise<StepHandlerResult<DecisionResult>> {
      const decision: unknown = await decide(gatherArguments(needs, context));
      if (isDecision(decision)) return this.decisionSuccessWithOutcome(decision);
      throw invalidDecision(`Decision \`${name}\` returned neither \`Decision.route(…)\` nor \`Decision.skip(…)\``);
    }
  };
}

function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null || !('decisionType' in value)) return false;
  return value.decisionType === 'create_steps' || value.decisionType === 'no_branches';
}
