import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { PortTimeout } from '../../shared/port-call.ts';
import { createSimulatedServices, type SimulatedServices } from '../simulated/services.ts';
import { type ConfirmationSources, readConfirmation, sendConfirmation } from './send-confirmation.ts';

const sources: ConfirmationSources = {
  customer_info: { email: 'ada@example.com' },
  create_order: { order_id: 1000, order_number: 'ORD-20300101-0000000A', estimated_delivery: 'January 8, 2030' },
  validate_cart: { item_count: 3, total: 124.76 },
};
const attempt = { idempotencyKey: 'step-5', attempt: 1, signal: new AbortController().signal };

const send = (changed: Partial<ConfirmationSources> = {}, services: SimulatedServices = createSimulatedServices()) =>
  sendConfirmation(readConfirmation({ ...sources, ...changed }), services, attempt);
const sendAnswered = (status: string) => {
  const services = createSimulatedServices();
  services.faults.stubResponse('mailer.send', { status });
  return send({}, services);
};

test.each([
  ['no address', { customer_info: {} }, 'P MISSING_CUSTOMER_EMAIL'],
  ['no order', { create_order: null }, 'P MISSING_ORDER_RESULT'],
  ['no cart', { validate_cart: null }, 'P MISSING_CART_VALIDATION'],
  ['bounce@', { customer_info: { email: 'bounce@example.com' } }, 'P INVALID_EMAIL'],
  ['ratelimit@', { customer_info: { email: 'ratelimit@example.com' } }, 'R(60) MAIL_RATE_LIMITED'],
  ['mailtimeout@', { customer_info: { email: 'mailtimeout@example.com' } }, 'R(30) MAIL_TIMEOUT'],
])('%s', async (_, changed, failure) => {
  expect(await failureOf(() => send(changed))).toBe(failure);
});

test('what the mail service cannot do now or says in new words is tried again', async () => {
  expect(await failureOf(() => sendAnswered('unavailable'))).toBe('R(30) MAIL_UNAVAILABLE');
  expect(await failureOf(() => sendAnswered('queued'))).toBe('R(30) UNKNOWN_MAIL_STATUS');
  const services = createSimulatedServices();
  services.faults.stubFailure('mailer.send', PortTimeout, 'no answer');
  expect(await failureOf(() => send({}, services))).toBe('R(30) MAIL_TIMEOUT');
});

test('one mail goes out, however often it is asked for', async () => {
  const services = createSimulatedServices();
  const first = await send({}, services);
  expect(first).toEqual({
    email_sent: true,
    recipient: 'ada@example.com',
    email_type: 'order_confirmation',
    message_id: expect.stringMatching(/^msg_/),
    subject: 'Your order ORD-20300101-0000000A is confirmed',
    sent_at: expect.any(String),
  });
  expect(await send({}, services)).toEqual(first);
  expect(services.mailer.mails).toHaveLength(1);
  expect(services.mailer.mails[0]?.body).toContain('https://example.com/orders/1000');
});

test('an answer that cannot be read is not asked for twice', async () => {
  expect(await failureOf(() => sendAnswered('sent'))).toBe('P RESULT_PROCESSING_FAILED');
});
