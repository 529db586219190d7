import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../../test/attempts/step-context-of.ts';
import { isPermanentError } from '../handler-errors.ts';
import { outcomeOfReturn } from '../handler-outcome.ts';
import type { StepContext } from '../step-context.ts';
import type { StepHandlerResult } from '../step-handler-result.ts';
import { DecisionHandler } from './decision-handler.ts';
import { Decision, defineDecisionHandler } from './define-decision-handler.ts';

class Route extends DecisionHandler {
  static override readonly handlerName = 'approval.route';
  static override readonly handlerVersion = '2.0.0';

  call(context: StepContext): StepHandlerResult {
    const amount = context.getInput('amount');
    if (typeof amount !== 'number') return this.decisionFailure('`amount` is missing.');
    if (amount === 0) return this.skipBranches('nothing to approve', { amount });
    return this.decisionSuccess(amount < 1_000 ? 'auto_approve' : ['manager_approval', 'finance_review'], { amount });
  }
}

const route = defineDecisionHandler(
  'approval.route',
  { inputs: { amount: 'amount' }, version: '2.0.0' },
  async ({ amount }) => {
    if (amount === 0) return Decision.skip('nothing to approve', { amount });
    const next = Number(amount) < 1_000 ? 'auto_approve' : ['manager_approval', 'finance_review'];
    return Decision.route(next, { amount: Number(amount) });
  },
);

const metadata = { decision_handler: 'approval.route', decision_version: '2.0.0' };

describe.each([
  ['as a class', new Route()],
  ['as a function', new route()],
])('a decision %s', (_, handler) => {
  it('TC-46: names the steps to go on with, and what led there', async () => {
    expect(await handler.call(stepContextOf({ input: { amount: 5_000 } }))).toMatchObject({
      success: true,
      result: {
        decision_point_outcome: { type: 'create_steps', step_names: ['manager_approval', 'finance_review'] },
        routing_context: { amount: 5_000 },
      },
      metadata,
      directive: {
        kind: 'decision',
        outcome: { decisionType: 'create_steps', nextStepNames: ['manager_approval', 'finance_review'] },
      },
    });
    expect(await handler.call(stepContextOf({ input: { amount: 5 } }))).toMatchObject({
      result: { decision_point_outcome: { step_names: ['auto_approve'] } },
    });
  });

  it('TC-46: may take no branch, and say why', async () => {
    expect(await handler.call(stepContextOf({ input: { amount: 0 } }))).toMatchObject({
      success: true,
      result: {
        decision_point_outcome: { type: 'no_branches', reason: 'nothing to approve' },
        routing_context: { amount: 0 },
      },
      directive: { kind: 'decision', outcome: { decisionType: 'no_branches', nextStepNames: [] } },
    });
  });

  it('is not kept as if it had been followed, as long as it cannot be', async () => {
    const options = { maxResultBytes: 1_000, clock: { now: () => 0 } };
    const returned: unknown = await handler.call(stepContextOf({ input: { amount: 5 } }));
    expect(outcomeOfReturn(returned, options)).toEqual({
      kind: 'failure',
      permanent: true,
      error: { message: 'Decisions are not run yet by this version.', class: 'NotRunYet', code: 'NOT_RUN_YET' },
    });
  });
});

describe('a decision', () => {
  it('TC-46: that cannot be made is a failure for good', () => {
    expect(new Route().call(stepContextOf())).toMatchObject({
      success: false,
      errorType: 'decision_error',
      retryable: false,
    });
  });

  it('TC-50: for no step at all is refused', () => {
    expect(() => Decision.route([])).toThrow(
      expect.toSatisfy((error: unknown) => isPermanentError(error) && error.errorCode === 'INVALID_DECISION'),
    );
    expect(() => Decision.route(['a', ''])).toThrow('must name the steps');
  });

  it('names each step once', () => {
    expect(Decision.route(['a', 'b', 'a']).nextStepNames).toEqual(['a', 'b']);
  });

  it('has to be one', async () => {
    // as a program in JavaScript may do it
    const parsed: Decision = JSON.parse('{"steps":["a"]}');
    const odd = defineDecisionHandler('odd', {}, () => parsed);
    await expect(new odd().call(stepContextOf())).rejects.toThrow(
      'Decision `odd` returned neither `Decision.route(…)` nor `Decision.skip(…)`.',
    );
  });
});
