import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { NetworkError } from '../../shared/port-call.ts';
import { createSimulatedServices, type SimulatedServices } from '../simulated/services.ts';
import { type PaymentSources, processPayment, readPayment } from './process-payment.ts';

const info = { method: 'credit_card', amount: 124.76, token: 'tok_amex' };
const sources: PaymentSources = { payment_info: info, total: 124.76 };
const attempt = { idempotencyKey: 'step-1', signal: new AbortController().signal };

const pay = (changed: Partial<PaymentSources> = {}, services: SimulatedServices = createSimulatedServices()) =>
  processPayment(readPayment({ ...sources, ...changed }), services, attempt);
const payWith = (token: string) => pay({ payment_info: { ...info, token } });
const payAnswered = (status: string) => {
  const services = createSimulatedServices();
  services.faults.stubResponse('payments.charge', { status });
  return pay({}, services);
};

test.each([
  ['no payment', { payment_info: undefined }, 'P MISSING_PAYMENT_METHOD'],
  ['no method', { payment_info: { ...info, method: undefined } }, 'P MISSING_PAYMENT_METHOD'],
  ['no token', { payment_info: { ...info, token: '' } }, 'P MISSING_PAYMENT_TOKEN'],
  ['no total', { total: null }, 'P MISSING_CART_TOTAL'],
  ['no amount', { payment_info: { ...info, amount: undefined } }, 'P PAYMENT_AMOUNT_MISMATCH'],
  ['another amount', { total: 124.78 }, 'P PAYMENT_AMOUNT_MISMATCH'],
])('%s is final', async (_, changed, failure) => {
  expect(await failureOf(() => pay(changed))).toBe(failure);
});

test.each([
  ['tok_test_declined', 'P PAYMENT_DECLINED'],
  ['tok_test_insufficient_funds', 'P PAYMENT_DECLINED'],
  ['tok_test_network_error', 'R TIMEOUT'],
  ['test_insufficient_1', 'P PAYMENT_DECLINED'],
  ['test_invalid_1', 'P PAYMENT_DECLINED'],
  ['test_timeout_1', 'R(15) GATEWAY_TIMEOUT'],
  ['test_rate_limit_1', 'R(30) RATE_LIMITED'],
  ['test_temp_fail_1', 'R(15) SERVICE_UNAVAILABLE'],
  ['test_success_1', 'no failure'],
])('the token %s: %s', async (token, failure) => {
  expect(await failureOf(() => payWith(token))).toBe(failure);
});

test.each([
  ['invalid_request', 'P INVALID_REQUEST'],
  ['authentication_failed', 'P AUTHENTICATION_FAILED'],
  ['held_for_review', 'R(30) UNKNOWN_PAYMENT_STATUS'],
])('the gateway says %s: %s', async (status, failure) => {
  expect(await failureOf(() => payAnswered(status))).toBe(failure);
});

test('a gateway that cannot be reached is tried again', async () => {
  const services = createSimulatedServices();
  services.faults.stubFailure('payments.charge', NetworkError, 'connection reset');
  expect(await failureOf(() => pay({}, services))).toBe('R NETWORK_ERROR');
});

test('a charge is told in full, and the same when it is asked for again', async () => {
  const services = createSimulatedServices();
  const first = await pay({}, services);
  expect(first).toEqual({
    payment_id: expect.stringMatching(/^pay_[0-9a-f]{24}$/),
    transaction_id: expect.stringMatching(/^txn_[0-9a-f]{24}$/),
    amount_charged: 124.76,
    currency: 'USD',
    payment_method_type: 'credit_card',
    fees: 3.92,
    status: 'completed',
    processed_at: expect.any(String),
  });
  expect(await pay({}, services)).toEqual(first);
  expect(services.payments.chargeCount).toBe(1);
  expect(services.faults.lastCall('payments.charge')).toMatchObject({ amount_cents: 12_476, currency: 'USD' });
});

test('an answer that cannot be read is not asked for twice, and is kept', async () => {
  const failure: unknown = await payAnswered('completed').catch((error: unknown) => error);
  expect(failure).toMatchObject({
    errorCode: 'RESULT_PROCESSING_FAILED',
    context: { response: '{"status":"completed"}' },
  });
});
