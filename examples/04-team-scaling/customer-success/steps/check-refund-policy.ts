import { type Clock, PermanentError, type StepContext } from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { type CustomerTier, daysBetween, isTier, policies } from '../policy.ts';
import { SupportStep } from './support-step.ts';

export interface RefundPolicyResult {
  readonly policy_checked: true;
  readonly policy_compliant: true;
  readonly customer_tier: CustomerTier;
  readonly refund_window_days: number;
  readonly days_since_purchase: number;
  readonly within_refund_window: true;
  readonly requires_approval: boolean;
  readonly max_allowed_amount: number;
}

/** Permanent: MISSING_VALIDATION, OUTSIDE_REFUND_WINDOW, EXCEEDS_AMOUNT_LIMIT. */
export class CheckRefundPolicyHandler extends SupportStep {
  static override readonly handlerName = 'customer_success.check_refund_policy';

  call(context: StepContext) {
    const purchase = readPurchase({
      validated: context.getDependencyResult('validate_refund_request'),
      refund_amount: context.getInput('refund_amount'),
    });
    return this.success(checkPolicy(purchase, this.services.clock), { operation: 'check_refund_policy' });
  }
}

export function checkPolicy({ tier, purchasedAt, amount }: Purchase, clock: Clock): RefundPolicyResult {
  const { windowDays, needsApproval, maxAmount } = policies[tier];
  const days = daysBetween(purchasedAt, clock.now());
  if (days > windowDays) {
    throw new PermanentError(`The purchase was ${days} days ago; ${tier} customers have ${windowDays}.`, {
      errorCode: 'OUTSIDE_REFUND_WINDOW',
      context: { days_since_purchase: days, refund_window_days: windowDays },
    });
  }
  if (amount > maxAmount) {
    throw new PermanentError(`${tier} customers are given back ${maxAmount} cents at most.`, {
      errorCode: 'EXCEEDS_AMOUNT_LIMIT',
      context: { refund_amount: amount, max_allowed_amount: maxAmount },
    });
  }
  return {
    policy_checked: true,
    policy_compliant: true,
    customer_tier: tier,
    refund_window_days: windowDays,
    days_since_purchase: days,
    within_refund_window: true,
    requires_approval: needsApproval,
    max_allowed_amount: maxAmount,
  };
}

interface Purchase {
  readonly tier: CustomerTier;
  readonly purchasedAt: string;
  readonly amount: number;
}

export function readPurchase(sources: { readonly validated: unknown; readonly refund_amount: unknown }): Purchase {
  const validated = fieldsOf(sources.validated);
  const tier = validated?.['customer_tier'];
  const purchasedAt = textIn(validated, 'original_purchase_date');
  const amount = integerIn({ amount: sources.refund_amount }, 'amount');
  if (!isTier(tier) || purchasedAt === undefined || amount === undefined) {
    throw new PermanentError('There is no validated request.', { errorCode: 'MISSING_VALIDATION' });
  }
  return { tier, purchasedAt, amount };
}
