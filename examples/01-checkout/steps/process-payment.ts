import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, numberIn, textIn } from '../../shared/json-fields.ts';
import { fromCents, toCents } from '../../shared/money.ts';
import { callPort, NetworkError, type PortCallLimits, PortTimeout } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import { gatewayFeeCents } from '../pricing.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';
import type { ChargeResponse, PaymentGateway } from '../services/payments.ts';

/** Charges the customer what the catalogue says, if that is what the customer was shown. */
export interface ProcessPaymentResult {
  readonly payment_id: string;
  readonly transaction_id: string;
  readonly amount_charged: number;
  readonly currency: string;
  readonly payment_method_type: string;
  readonly fees: number;
  readonly status: 'completed';
  readonly processed_at: string;
}

/**
 * Permanent: MISSING_PAYMENT_METHOD, MISSING_PAYMENT_TOKEN, MISSING_CART_TOTAL, PAYMENT_AMOUNT_MISMATCH,
 * PAYMENT_DECLINED, INVALID_REQUEST, AUTHENTICATION_FAILED, RESULT_PROCESSING_FAILED. Retryable: RATE_LIMITED and
 * UNKNOWN_PAYMENT_STATUS after 30 s, SERVICE_UNAVAILABLE and GATEWAY_TIMEOUT after 15 s, NETWORK_ERROR, TIMEOUT.
 */
export class ProcessPaymentHandler extends StepHandler {
  static override readonly handlerName = 'ecommerce.process_payment';
  readonly #services: CheckoutServices;

  constructor(services: CheckoutServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = this.#extractAndValidateInputs(context);
    return this.success(await processPayment(inputs, this.#services, context), { operation: 'process_payment' });
  }

  #extractAndValidateInputs(context: StepContext): PaymentInputs {
    return readPayment({
      payment_info: context.getInput('payment_info'),
      total: context.getDependencyField('validate_cart', 'total'),
    });
  }
}

/** What the step needs to know about its attempt. */
export type PaymentAttempt = Pick<StepContext, 'idempotencyKey' | 'signal'>;

export async function processPayment(
  inputs: PaymentInputs,
  { payments, clock }: CheckoutServices,
  { idempotencyKey, signal }: PaymentAttempt,
): Promise<ProcessPaymentResult> {
  const response = await charge(inputs, idempotencyKey, payments, { clock, timeoutMs: chargeTimeoutMs, signal });
  ensurePaymentSuccessful(response);
  return shapeResult(response, () => formatPayment(inputs, response));
}

/** A little less than the step may take, so that the attempt ends in words of ours. */
const chargeTimeoutMs = 25_000;

export interface PaymentInputs {
  readonly method: string;
  readonly token: string;
  readonly currency: string;
  readonly totalCents: number;
}

export interface PaymentSources {
  readonly payment_info: unknown;
  /** Of the cart, as validated. */
  readonly total: unknown;
}

/** A cent more or less is a matter of rounding. */
const toleratedCents = 1;

export function readPayment(sources: PaymentSources): PaymentInputs {
  const info = fieldsOf(sources.payment_info);
  const method = textIn(info, 'method');
  if (method === undefined) {
    throw new PermanentError('There is no payment method.', { errorCode: 'MISSING_PAYMENT_METHOD' });
  }
  const token = textIn(info, 'token');
  if (token === undefined) {
    throw new PermanentError('There is no payment token.', { errorCode: 'MISSING_PAYMENT_TOKEN' });
  }
  const total = numberIn({ total: sources.total }, 'total');
  if (total === undefined) {
    throw new PermanentError('There is no cart total to charge.', { errorCode: 'MISSING_CART_TOTAL' });
  }
  const totalCents = toCents(total);
  const amountCents = toCents(numberIn(info, 'amount') ?? Number.NaN);
  if (!(Math.abs(amountCents - totalCents) <= toleratedCents)) {
    throw new PermanentError('The amount that the customer was shown is not what the cart costs.', {
      errorCode: 'PAYMENT_AMOUNT_MISMATCH',
      context: { shown: Number.isNaN(amountCents) ? null : fromCents(amountCents), total },
    });
  }
  return { method, token, currency: textIn(info, 'currency') ?? 'USD', totalCents };
}

async function charge(
  { token, method, currency, totalCents }: PaymentInputs,
  idempotencyKey: string,
  payments: PaymentGateway,
  limits: PortCallLimits,
): Promise<ChargeResponse> {
  const request = { idempotency_key: idempotencyKey, amount_cents: totalCents, currency, method, token };
  try {
    return await callPort((signal) => payments.charge(request, signal), limits);
  } catch (cause) {
    if (cause instanceof NetworkError) {
      throw new RetryableError('The payment gateway cannot be reached.', { errorCode: 'NETWORK_ERROR', cause });
    }
    if (cause instanceof PortTimeout) {
      throw new RetryableError('The payment gateway did not answer in time.', { errorCode: 'TIMEOUT', cause });
    }
    throw cause;
  }
}

/** To ask again is safe whatever happened: the gateway charges once per idempotency key. */
export function ensurePaymentSuccessful({ status }: ChargeResponse): void {
  const context = { gateway_status: status };
  switch (status) {
    case 'completed':
      return;
    case 'insufficient_funds':
    case 'card_declined':
    case 'invalid_card':
      throw new PermanentError(`The payment was declined: ${status}.`, { errorCode: 'PAYMENT_DECLINED', context });
    case 'invalid_request':
      throw new PermanentError('The gateway refuses the request.', { errorCode: 'INVALID_REQUEST', context });
    case 'authentication_failed':
      throw new PermanentError('The gateway does not accept our credentials.', {
        errorCode: 'AUTHENTICATION_FAILED',
        context,
      });
    case 'rate_limited':
      throw new RetryableError('The gateway wants fewer requests.', {
        errorCode: 'RATE_LIMITED',
        retryAfter: 30,
        context,
      });
    case 'service_unavailable':
      throw new RetryableError('The gateway is out of service.', {
        errorCode: 'SERVICE_UNAVAILABLE',
        retryAfter: 15,
        context,
      });
    case 'timeout':
      throw new RetryableError('The gateway got no answer from the bank.', {
        errorCode: 'GATEWAY_TIMEOUT',
        retryAfter: 15,
        context,
      });
    default:
      throw new RetryableError('The gateway gave an answer that we do not know.', {
        errorCode: 'UNKNOWN_PAYMENT_STATUS',
        retryAfter: 30,
        context,
      });
  }
}

function formatPayment(
  { method, currency, totalCents }: PaymentInputs,
  response: ChargeResponse,
): ProcessPaymentResult {
  const amountCents = response.amount_cents ?? totalCents;
  return {
    payment_id: required(response.payment_id, 'payment_id'),
    transaction_id: required(response.transaction_id, 'transaction_id'),
    amount_charged: fromCents(amountCents),
    currency: response.currency ?? currency,
    payment_method_type: method,
    fees: fromCents(gatewayFeeCents(amountCents)),
    status: 'completed',
    processed_at: required(response.processed_at, 'processed_at'),
  };
}
