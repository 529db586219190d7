import type { SubmissionDecision } from '@tasker/engine';
import { fieldsOf, textIn } from '../shared/json-fields.ts';
import type { Order } from './order.ts';

/**
 * What an order decides about its task when it is submitted: customers of the better tiers go first, and express
 * customers are told within seconds whether their order stands, so it is not tried for long. Stored with the task, and
 * so in force in every worker, and again when somebody retries the order.
 *
 * @param order whether it is one is for the template's schema to say, and there may be none
 */
export function decideOrder(order: Order | object): SubmissionDecision<'process_payment' | 'send_confirmation'> {
  const tier = textIn(fieldsOf(fieldsOf(order)?.['customer_info']), 'tier') ?? 'standard';
  const isExpress = textIn(fieldsOf(order), 'priority') === 'express';
  return {
    ...(tier === 'standard' ? {} : { priority: premiumPriority }),
    ...(isExpress ? { steps: expressLimits } : {}),
    annotations: { ...(tier === 'standard' ? {} : premiumNotes), ...(isExpress ? expressNotes : {}) },
  };
}

const premiumPriority = 50;
const premiumNotes = {
  processing_priority: 'high',
  premium_processing: { priority: 'high', faster_processing: true, expedited_shipping: true },
};

const expressLimits = {
  process_payment: { maxAttempts: 1, timeoutSeconds: 15 },
  send_confirmation: { maxAttempts: 2 },
};
const expressNotes = {
  express_processing: { payment_timeout_ms: 15_000, payment_retries: 1, email_retries: 2 },
};
