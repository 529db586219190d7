import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, integerIn, numberIn, textIn } from '../../shared/json-fields.ts';
import { callPort, type PortCallLimits, PortTimeout } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';
import type { Mailer, MailResponse } from '../services/mailer.ts';

/** Tells the customer. The order stands whether or not the mail goes out. */
export interface SendConfirmationResult {
  readonly email_sent: true;
  readonly recipient: string;
  readonly email_type: 'order_confirmation';
  readonly message_id: string;
  readonly subject: string;
  readonly sent_at: string;
}

/**
 * Permanent: MISSING_CUSTOMER_EMAIL, MISSING_ORDER_RESULT, MISSING_CART_VALIDATION, INVALID_EMAIL,
 * RESULT_PROCESSING_FAILED. Retryable: MAIL_RATE_LIMITED after 60 s; MAIL_UNAVAILABLE, MAIL_TIMEOUT,
 * UNKNOWN_MAIL_STATUS after 30 s.
 */
export class SendConfirmationHandler extends StepHandler {
  static override readonly handlerName = 'ecommerce.send_confirmation';
  readonly #services: CheckoutServices;

  constructor(services: CheckoutServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = this.#extractAndValidateInputs(context);
    return this.success(await sendConfirmation(inputs, this.#services, context), { operation: 'send_confirmation' });
  }

  #extractAndValidateInputs(context: StepContext): ConfirmationInputs {
    return readConfirmation({
      customer_info: context.getInput('customer_info'),
      create_order: context.getDependencyResult('create_order'),
      validate_cart: context.getDependencyResult('validate_cart'),
    });
  }
}

export async function sendConfirmation(
  inputs: ConfirmationInputs,
  { mailer, clock }: CheckoutServices,
  { idempotencyKey, signal }: Pick<StepContext, 'idempotencyKey' | 'signal'>,
): Promise<SendConfirmationResult> {
  const response = await send(inputs, idempotencyKey, mailer, { clock, timeoutMs: sendTimeoutMs, signal });
  ensureMailSent(response);
  return shapeResult(response, () => formatConfirmation(inputs, response));
}

const sendTimeoutMs = 8_000;

export interface ConfirmationInputs {
  readonly recipient: string;
  readonly orderId: number;
  readonly orderNumber: string;
  readonly itemCount: number;
  readonly total: number;
  readonly estimatedDelivery: string;
}

export interface ConfirmationSources {
  readonly customer_info: unknown;
  readonly create_order: unknown;
  readonly validate_cart: unknown;
}

export function readConfirmation(sources: ConfirmationSources): ConfirmationInputs {
  const recipient = textIn(fieldsOf(sources.customer_info), 'email');
  if (recipient === undefined) {
    throw new PermanentError('The customer has no e-mail address.', { errorCode: 'MISSING_CUSTOMER_EMAIL' });
  }
  const order = fieldsOf(sources.create_order);
  const orderId = integerIn(order, 'order_id');
  const orderNumber = textIn(order, 'order_number');
  if (orderId === undefined || orderNumber === undefined) {
    throw new PermanentError('There is no order to confirm.', { errorCode: 'MISSING_ORDER_RESULT' });
  }
  const cart = fieldsOf(sources.validate_cart);
  const itemCount = integerIn(cart, 'item_count');
  const total = numberIn(cart, 'total');
  if (itemCount === undefined || total === undefined) {
    throw new PermanentError('There is no validated cart to confirm.', { errorCode: 'MISSING_CART_VALIDATION' });
  }
  const estimatedDelivery = textIn(order, 'estimated_delivery') ?? 'soon';
  return { recipient, orderId, orderNumber, itemCount, total, estimatedDelivery };
}

async function send(
  inputs: ConfirmationInputs,
  idempotencyKey: string,
  mailer: Mailer,
  limits: PortCallLimits,
): Promise<MailResponse> {
  const mail = {
    idempotency_key: idempotencyKey,
    to: inputs.recipient,
    subject: subjectOf(inputs),
    body: bodyOf(inputs),
  };
  try {
    return await callPort((signal) => mailer.send(mail, signal), limits);
  } catch (cause) {
    if (!(cause instanceof PortTimeout)) throw cause;
    throw new RetryableError('The mail service did not answer in time.', {
      errorCode: 'MAIL_TIMEOUT',
      retryAfter: 30,
      cause,
    });
  }
}

export function ensureMailSent({ status }: MailResponse): void {
  const context = { mail_status: status };
  switch (status) {
    case 'sent':
      return;
    case 'invalid_email':
      throw new PermanentError('No mail can be delivered to the address.', { errorCode: 'INVALID_EMAIL', context });
    case 'rate_limited':
      throw new RetryableError('The mail service wants fewer requests.', {
        errorCode: 'MAIL_RATE_LIMITED',
        retryAfter: 60,
        context,
      });
    case 'unavailable':
      throw new RetryableError('The mail service is out of service.', {
        errorCode: 'MAIL_UNAVAILABLE',
        retryAfter: 30,
        context,
      });
    case 'timeout':
      throw new RetryableError('The mail service ran into a timeout.', {
        errorCode: 'MAIL_TIMEOUT',
        retryAfter: 30,
        context,
      });
    default:
      throw new RetryableError('The mail service gave an answer that we do not know.', {
        errorCode: 'UNKNOWN_MAIL_STATUS',
        retryAfter: 30,
        context,
      });
  }
}

function subjectOf({ orderNumber }: ConfirmationInputs): string {
  return `Your order ${orderNumber} is confirmed`;
}

function bodyOf({ orderId, itemCount, total, estimatedDelivery }: ConfirmationInputs): string {
  return [
    `Thank you for your order of ${itemCount} ${itemCount === 1 ? 'item' : 'items'} for ${total.toFixed(2)}.`,
    `It should be with you by ${estimatedDelivery}.`,
    `Follow it at https://example.com/orders/${orderId}`,
  ].join('\n');
}

function formatConfirmation(inputs: ConfirmationInputs, response: MailResponse): SendConfirmationResult {
  return {
    email_sent: true,
    recipient: inputs.recipient,
    email_type: 'order_confirmation',
    message_id: required(response.message_id, 'message_id'),
    subject: subjectOf(inputs),
    sent_at: required(response.sent_at, 'sent_at'),
  };
}
