import {
  type ApiConnection,
  type ApiResponse,
  ApiStepHandler,
  PermanentError,
  RetryableError,
  type StepContext,
} from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { required } from '../../../shared/shape-result.ts';
import type { PaymentServices } from '../services.ts';

export interface GatewayRefundResult {
  readonly refund_processed: true;
  readonly refund_id: string;
  readonly gateway_transaction_id: string;
  readonly gateway_provider: string;
  readonly refund_amount: number;
  readonly refund_status: 'processed';
  readonly processed_at: string;
  readonly estimated_arrival: string;
}

/**
 * Permanent: MISSING_VALIDATION, REFUND_AMOUNT_MISMATCH, GATEWAY_REFUND_FAILED with the gateway's code. Retryable:
 * GATEWAY_TIMEOUT after 30 s, RATE_LIMITED when the gateway says, REFUND_PENDING after 15 s, other 5xx.
 */
export class ProcessGatewayRefundHandler extends ApiStepHandler {
  static override readonly handlerName = 'payments.process_gateway_refund';
  readonly #services: PaymentServices;

  constructor(services: PaymentServices) {
    super({ url: services.gatewayUrl, timeoutMs: refundTimeoutMs });
    this.#services = services;
  }

  process(context: StepContext, api: ApiConnection) {
    return requestRefund(readValidatedPayment(context), api, context);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeRefund(readValidatedPayment(context), response, this.#services);
  }
}

export const refundTimeoutMs = 25_000;

interface ValidatedPayment {
  readonly paymentId: string;
  readonly amount: number;
  readonly originalAmount: number;
  readonly provider: string;
}

export function readValidatedPayment(context: Pick<StepContext, 'getInput' | 'getDependencyResult'>): ValidatedPayment {
  const validated = fieldsOf(context.getDependencyResult('validate_payment_eligibility'));
  const paymentId = textIn(validated, 'payment_id');
  const amount = integerIn(validated, 'refund_amount');
  if (paymentId === undefined || amount === undefined) {
    throw new PermanentError('There is no validated payment.', { errorCode: 'MISSING_VALIDATION' });
  }
  if (amount !== context.getInput('refund_amount')) {
    throw new PermanentError('Another amount was validated.', { errorCode: 'REFUND_AMOUNT_MISMATCH' });
  }
  return {
    paymentId,
    amount,
    originalAmount: integerIn(validated, 'original_amount') ?? amount,
    provider: textIn(validated, 'gateway_provider') ?? 'unknown',
  };
}

/** With the step's id as idempotency key: however often it is tried, the money moves once. */
export async function requestRefund(
  { paymentId, amount, originalAmount }: ValidatedPayment,
  api: ApiConnection,
  { idempotencyKey }: Pick<StepContext, 'idempotencyKey'>,
): Promise<ApiResponse> {
  const response = await api.post('/refunds', {
    body: { payment_id: paymentId, amount, original_amount: originalAmount },
    headers: { 'idempotency-key': idempotencyKey },
  });
  ensureRefundSuccessful(response);
  return response;
}

/** What the status by itself does not tell; the rest is left to it. */
function ensureRefundSuccessful({ status, body }: ApiResponse): void {
  if (status === 202) {
    throw new RetryableError('The gateway still works on it.', { errorCode: 'REFUND_PENDING', retryAfter: 15 });
  }
  if (status === 504) {
    throw new RetryableError('The gateway got no answer from the bank.', {
      errorCode: 'GATEWAY_TIMEOUT',
      retryAfter: 30,
    });
  }
  if (status === 409 || status === 422) {
    const gateway_code = textIn(fieldsOf(body), 'code') ?? 'unknown';
    throw new PermanentError(`The gateway refuses the refund: ${gateway_code}.`, {
      errorCode: 'GATEWAY_REFUND_FAILED',
      context: { gateway_code },
    });
  }
}

export function shapeRefund(
  { amount, provider }: ValidatedPayment,
  response: ApiResponse,
  { clock }: PaymentServices,
): GatewayRefundResult {
  const refund = fieldsOf(response.body);
  return {
    refund_processed: true,
    refund_id: required(textIn(refund, 'refund_id'), 'refund_id'),
    gateway_transaction_id: required(textIn(refund, 'gateway_transaction_id'), 'gateway_transaction_id'),
    gateway_provider: provider,
    refund_amount: amount,
    refund_status: 'processed',
    processed_at: new Date(clock.now()).toISOString(),
    estimated_arrival: new Date(clock.now() + arrivalMs).toISOString().slice(0, 10),
  };
}

const arrivalMs = 5 * 86_400_000;
