import type { Json } from '@tasker/engine';
import { expect, test } from 'vitest';
import { failureOf } from '../shared/expect-failure.ts';
import { daysBetween, tierOf } from './customer-success/policy.ts';
import { reasonOf } from './customer-success/refund-reason.ts';
import { createSupportServices } from './customer-success/simulated/services.ts';
import { readPurchase } from './customer-success/steps/check-refund-policy.ts';
import { readDelegation } from './customer-success/steps/execute-refund-workflow.ts';
import { getApproval, readDecision } from './customer-success/steps/get-manager-approval.ts';
import { readHandover, updateTicket } from './customer-success/steps/update-ticket-status.ts';
import { readTicketRequest } from './customer-success/steps/validate-refund-request.ts';
import { readNotice } from './payments/steps/notify-customer.ts';
import { readValidatedPayment } from './payments/steps/process-gateway-refund.ts';
import { readRefund } from './payments/steps/update-payment-records.ts';
import { readRefundRequest } from './payments/steps/validate-payment-eligibility.ts';

/** As much of a context as reading needs. */
function given(input: Readonly<Record<string, Json>>, results: Readonly<Record<string, Json>> = {}) {
  return {
    getInput: (key: string) => input[key],
    getDependencyResult: (step: string) => results[step] ?? null,
    correlationId: 'c',
  };
}

const validated = { validate_payment_eligibility: { payment_id: 'pay_1', refund_amount: 5 } };
const approved = { get_manager_approval: { approval_id: 'appr_1' } };
const attempt = { idempotencyKey: 'k', signal: new AbortController().signal };
const services = createSupportServices({ url: 'http://127.0.0.1', token: 't' });
const answered = (status: string) => {
  services.faults.stubResponse('approvals.request', { status }).stubResponse('tickets.resolve', { status });
  return services;
};
const decide = (status: string) =>
  getApproval({ isRequired: true, ticketId: 't', amount: 1 }, answered(status), attempt);
const close = (status: string) => updateTicket({ ticketId: 't', taskId: 'x' }, answered(status), attempt);

test.each([
  ['P MISSING_REQUIRED_FIELDS', () => readRefundRequest(given({ payment_id: 'pay_1' }))],
  ['P INVALID_REFUND_AMOUNT', () => readRefundRequest(given({ payment_id: 'pay_1', refund_amount: 0 }))],
  ['P INVALID_PAYMENT_ID', () => readRefundRequest(given({ payment_id: 'x', refund_amount: 1 }))],
  ['P MISSING_VALIDATION', () => readValidatedPayment(given({ refund_amount: 5 }))],
  ['P REFUND_AMOUNT_MISMATCH', () => readValidatedPayment(given({ refund_amount: 6 }, validated))],
  ['P MISSING_REFUND', () => readRefund({ validated: { payment_id: 'pay_1' }, refunded: null })],
  ['P MISSING_CUSTOMER_EMAIL', () => readNotice({ customer_email: undefined, refunded: {} })],
  ['P INVALID_EMAIL_FORMAT', () => readNotice({ customer_email: 'ada@', refunded: {} })],
  ['P MISSING_REFUND', () => readNotice({ customer_email: 'ada@example.com', refunded: {} })],
  [
    'P MISSING_REQUIRED_FIELDS',
    () => readTicketRequest({ ticket_id: 't', customer_id: 'c', refund_amount: null, payment_id: null }),
  ],
  ['P MISSING_VALIDATION', () => readPurchase({ validated: null, refund_amount: 1 })],
  ['P MISSING_POLICY_CHECK', () => readDecision({ policy: null, ticket_id: 't', refund_amount: 1 })],
  ['P MISSING_APPROVAL', () => readDelegation(given({ refund_amount: 1 }))],
  ['P MISSING_PAYMENT_ID', () => readDelegation(given({ refund_amount: 1 }, approved))],
  ['P MISSING_DELEGATION', () => readHandover({ delegation: {}, ticket_id: 't' })],
  ['P APPROVAL_DENIED', () => decide('denied')],
  ['P APPROVAL_EXPIRED', () => decide('expired')],
  ['R(60) APPROVAL_PENDING', () => decide('asked again')],
  ['R(120) APPROVAL_TIMEOUT', () => decide('timeout')],
  ['P RESULT_PROCESSING_FAILED', () => decide('approved')],
  ['P UNAUTHORIZED', () => close('unauthorized')],
  ['P TICKET_NOT_FOUND', () => close('not_found')],
  ['R(15) TICKET_LOCKED', () => close('locked')],
  ['R(30) TICKET_UPDATE_FAILED', () => close('who knows')],
])('%s', async (failure, work) => {
  expect(await failureOf(work)).toBe(failure);
});

test.each([
  ['It was FRAUD!', 'fraud'],
  ['a charge-back', 'chargeback'],
  ['chargeback by the bank', 'chargeback'],
  ['billed in duplicate', 'system_error'],
  ['the item was defective', 'system_error'],
  ['did not like the colour', 'customer_request'],
  [undefined, 'customer_request'],
])('the payments team counts %s as %s', (text, reason) => {
  expect(reasonOf(text)).toBe(reason);
});

test('a tier is part of the id, in any case; days are whole ones', () => {
  expect(['cust_1', 'CUST_GOLD_2', 'vip-3', 'cust_premium_4'].map(tierOf)).toEqual([
    'standard',
    'gold',
    'premium',
    'premium',
  ]);
  expect(daysBetween('2030-01-01T12:00:00Z', Date.parse('2030-01-31T11:59:59Z'))).toBe(29);
});
