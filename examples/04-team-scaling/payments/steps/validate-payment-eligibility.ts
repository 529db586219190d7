import {
  type ApiConnection,
  type ApiResponse,
  ApiStepHandler,
  PermanentError,
  RetryableError,
  type StepContext,
} from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import type { PaymentServices } from '../services.ts';

export interface EligibilityResult {
  readonly payment_validated: true;
  readonly payment_id: string;
  /** Cents, like all amounts here. */
  readonly original_amount: number;
  readonly refund_amount: number;
  readonly payment_method: string;
  readonly gateway_provider: string;
  readonly eligibility_status: 'eligible';
  readonly validation_timestamp: string;
  readonly namespace: 'payments';
}

/**
 * Permanent: MISSING_REQUIRED_FIELDS, INVALID_REFUND_AMOUNT, INVALID_PAYMENT_ID, PAYMENT_INELIGIBLE, INSUFFICIENT_FUNDS.
 * Retryable: PAYMENT_PROCESSING after 30 s, 5xx, 429, TIMEOUT, CONNECTION_ERROR.
 */
export class ValidatePaymentEligibilityHandler extends ApiStepHandler {
  static override readonly handlerName = 'payments.validate_payment_eligibility';
  readonly #services: PaymentServices;

  constructor(services: PaymentServices) {
    super({ url: services.gatewayUrl, timeoutMs: eligibilityTimeoutMs });
    this.#services = services;
  }

  process(context: StepContext, api: ApiConnection) {
    return askForPayment(readRefundRequest(context), api);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeEligibility(readRefundRequest(context), response, this.#services);
  }
}

export const eligibilityTimeoutMs = 12_000;

interface RefundRequest {
  readonly paymentId: string;
  readonly amount: number;
  readonly isPartial: boolean;
}

export function readRefundRequest(context: Pick<StepContext, 'getInput'>): RefundRequest {
  const input = { payment_id: context.getInput('payment_id'), refund_amount: context.getInput('refund_amount') };
  const paymentId = textIn(input, 'payment_id');
  const amount = integerIn(input, 'refund_amount');
  if (paymentId === undefined || amount === undefined) {
    throw new PermanentError('A refund needs `payment_id` and `refund_amount`, in cents.', {
      errorCode: 'MISSING_REQUIRED_FIELDS',
    });
  }
  if (amount <= 0) {
    throw new PermanentError('`refund_amount` must be more than 0.', { errorCode: 'INVALID_REFUND_AMOUNT' });
  }
  if (!/^pay_[a-zA-Z0-9_]+$/.test(paymentId)) {
    throw new PermanentError('`payment_id` must begin with pay_.', { errorCode: 'INVALID_PAYMENT_ID' });
  }
  return { paymentId, amount, isPartial: context.getInput('partial_refund') === true };
}

export function askForPayment({ paymentId }: RefundRequest, api: ApiConnection): Promise<ApiResponse> {
  return api.get(`/payments/${encodeURIComponent(paymentId)}`);
}

export function shapeEligibility(
  { paymentId, amount, isPartial }: RefundRequest,
  response: ApiResponse,
  { clock }: PaymentServices,
): EligibilityResult {
  const payment = fieldsOf(response.body);
  ensureEligible(textIn(payment, 'status') ?? 'unknown');
  return {
    payment_validated: true,
    payment_id: paymentId,
    original_amount: isPartial ? amount + notRefunded : amount,
    refund_amount: amount,
    payment_method: textIn(payment, 'payment_method') ?? 'credit_card',
    gateway_provider: textIn(payment, 'provider') ?? 'unknown',
    eligibility_status: 'eligible',
    validation_timestamp: new Date(clock.now()).toISOString(),
    namespace: 'payments',
  };
}

/** What the customer keeps paying in a partial refund of the simulated gateway, which knows no amounts. */
const notRefunded = 1_000;

function ensureEligible(status: string): void {
  const context = { gateway_status: status };
  switch (status) {
    case 'completed':
      return;
    case 'ineligible':
      throw new PermanentError('The payment cannot be given back.', { errorCode: 'PAYMENT_INELIGIBLE', context });
    case 'insufficient_funds':
      throw new PermanentError('There is not enough left of the payment.', {
        errorCode: 'INSUFFICIENT_FUNDS',
        context,
      });
    default:
      throw new RetryableError('The payment is not settled yet.', {
        errorCode: 'PAYMENT_PROCESSING',
        retryAfter: 30,
        context,
      });
  }
}
