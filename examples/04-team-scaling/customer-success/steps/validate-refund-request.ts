import { PermanentError, RetryableError, type StepContext } from '@tasker/engine';
import { integerIn, textIn } from '../../../shared/json-fields.ts';
import { callPort } from '../../../shared/port-call.ts';
import { type CustomerTier, tierOf } from '../policy.ts';
import type { SupportServices, Ticket } from '../services.ts';
import { SupportStep } from './support-step.ts';

export interface RefundRequestResult {
  readonly request_validated: true;
  readonly ticket_id: string;
  readonly customer_id: string;
  readonly ticket_status: string;
  readonly customer_tier: CustomerTier;
  readonly original_purchase_date: string;
  readonly payment_id: string;
  readonly validation_timestamp: string;
  readonly namespace: 'customer_success';
}

/**
 * Permanent: MISSING_REQUIRED_FIELDS, TICKET_NOT_FOUND, TICKET_CLOSED, TICKET_CANCELLED, TICKET_DUPLICATE. Retryable:
 * TICKET_NOT_READY after 30 s.
 */
export class ValidateRefundRequestHandler extends SupportStep {
  static override readonly handlerName = 'customer_success.validate_refund_request';

  async call(context: StepContext) {
    const { ticket_id, customer_id, refund_amount, payment_id } = context.inputData;
    const request = readTicketRequest({ ticket_id, customer_id, refund_amount, payment_id });
    return this.success(await validateRequest(request, this.services, context), {
      operation: 'validate_refund_request',
    });
  }
}

export async function validateRequest(
  { ticketId, customerId, paymentId }: TicketRequest,
  { tickets, clock }: SupportServices,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<RefundRequestResult> {
  const found = await callPort((ownSignal) => tickets.find(ticketId, ownSignal), { clock, timeoutMs: 12_000, signal });
  const ticket = ensureOpen(found, ticketId);
  return {
    request_validated: true,
    ticket_id: ticketId,
    customer_id: customerId,
    ticket_status: ticket.status,
    customer_tier: tierOf(customerId),
    original_purchase_date: ticket.purchased_at,
    payment_id: paymentId ?? ticket.payment_id,
    validation_timestamp: new Date(clock.now()).toISOString(),
    namespace: 'customer_success',
  };
}

interface TicketRequest {
  readonly ticketId: string;
  readonly customerId: string;
  readonly paymentId: string | undefined;
}

export interface TicketSources {
  readonly ticket_id: unknown;
  readonly customer_id: unknown;
  readonly refund_amount: unknown;
  readonly payment_id: unknown;
}

export function readTicketRequest(sources: TicketSources): TicketRequest {
  const fields = { ...sources };
  const ticketId = textIn(fields, 'ticket_id');
  const customerId = textIn(fields, 'customer_id');
  if (ticketId === undefined || customerId === undefined || integerIn(fields, 'refund_amount') === undefined) {
    throw new PermanentError('A refund needs `ticket_id`, `customer_id` and `refund_amount`, in cents.', {
      errorCode: 'MISSING_REQUIRED_FIELDS',
    });
  }
  return { ticketId, customerId, paymentId: textIn(fields, 'payment_id') };
}

function ensureOpen(ticket: Ticket | undefined, ticketId: string): Ticket {
  if (ticket === undefined) {
    throw new PermanentError(`There is no ticket ${ticketId}.`, { errorCode: 'TICKET_NOT_FOUND' });
  }
  const { status } = ticket;
  if (status === 'open') return ticket;
  if (status === 'closed' || status === 'cancelled' || status === 'duplicate') {
    throw new PermanentError(`The ticket is ${status}.`, { errorCode: `TICKET_${status.toUpperCase()}` });
  }
  throw new RetryableError(`The ticket is ${status}.`, { errorCode: 'TICKET_NOT_READY', retryAfter: 30 });
}
