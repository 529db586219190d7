import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { fromCents } from '../../../shared/money.ts';
import { callPort } from '../../../shared/port-call.ts';
import { required, shapeResult } from '../../../shared/shape-result.ts';
import type { PaymentServices, RefundMailResponse } from '../services.ts';

export interface NotifyCustomerResult {
  readonly notification_sent: true;
  readonly message_id: string;
  readonly customer_email: string;
  readonly notification_type: 'refund_confirmation';
  readonly delivery_status: 'delivered';
  readonly sent_at: string;
}

/**
 * Permanent: MISSING_CUSTOMER_EMAIL, INVALID_EMAIL_FORMAT, EMAIL_BOUNCED, INVALID_EMAIL, MISSING_REFUND,
 * RESULT_PROCESSING_FAILED. Retryable: EMAIL_RATE_LIMITED after 60 s, EMAIL_FAILED after 30 s.
 */
export class NotifyCustomerHandler extends StepHandler {
  static override readonly handlerName = 'payments.notify_customer';
  readonly #services: PaymentServices;

  constructor(services: PaymentServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = readNotice({
      customer_email: context.getInput('customer_email'),
      refunded: context.getDependencyResult('process_gateway_refund'),
    });
    return this.success(await notifyCustomer(inputs, this.#services, context), { operation: 'notify_customer' });
  }
}

export async function notifyCustomer(
  { email, amount, arrival }: Notice,
  { mailer, clock }: PaymentServices,
  { idempotencyKey, signal }: Pick<StepContext, 'idempotencyKey' | 'signal'>,
): Promise<NotifyCustomerResult> {
  const text = `We give back ${fromCents(amount).toFixed(2)}. It should be with you by ${arrival}.`;
  const mail = { idempotency_key: idempotencyKey, to: email, text };
  const response = await callPort((ownSignal) => mailer.send(mail, ownSignal), { clock, timeoutMs: 8_000, signal });
  ensureDelivered(response);
  return shapeResult(response, () => ({
    notification_sent: true,
    message_id: required(response.message_id, 'message_id'),
    customer_email: email,
    notification_type: 'refund_confirmation',
    delivery_status: 'delivered',
    sent_at: new Date(clock.now()).toISOString(),
  }));
}

interface Notice {
  readonly email: string;
  readonly amount: number;
  readonly arrival: string;
}

export function readNotice(sources: { readonly customer_email: unknown; readonly refunded: unknown }): Notice {
  const email = textIn({ email: sources.customer_email }, 'email');
  if (email === undefined) {
    throw new PermanentError('There is nobody to tell: `customer_email` is missing.', {
      errorCode: 'MISSING_CUSTOMER_EMAIL',
    });
  }
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) {
    throw new PermanentError('`customer_email` must be an e-mail address.', { errorCode: 'INVALID_EMAIL_FORMAT' });
  }
  const refunded = fieldsOf(sources.refunded);
  const amount = integerIn(refunded, 'refund_amount');
  if (amount === undefined) {
    throw new PermanentError('There is no refund to tell of.', { errorCode: 'MISSING_REFUND' });
  }
  return { email, amount, arrival: textIn(refunded, 'estimated_arrival') ?? 'next week' };
}

function ensureDelivered({ status }: RefundMailResponse): void {
  const context = { mail_status: status };
  switch (status) {
    case 'delivered':
      return;
    case 'bounced':
      throw new PermanentError('The mail came back.', { errorCode: 'EMAIL_BOUNCED', context });
    case 'invalid':
      throw new PermanentError('Nobody has this address.', { errorCode: 'INVALID_EMAIL', context });
    case 'rate_limited':
      throw new RetryableError('The mail service wants fewer requests.', {
        errorCode: 'EMAIL_RATE_LIMITED',
        retryAfter: 60,
        context,
      });
    default:
      throw new RetryableError('The mail was not sent.', { errorCode: 'EMAIL_FAILED', retryAfter: 30, context });
  }
}
