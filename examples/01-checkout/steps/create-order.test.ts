import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { type CreateOrderResponse, DatabaseDown } from '../services/orders.ts';
import { createSimulatedServices, type SimulatedServices } from '../simulated/services.ts';
import { createOrder, type OrderSources, readOrder } from './create-order.ts';

const sources: OrderSources = {
  customer_info: { email: 'ada@example.com', name: 'Ada Lovelace' },
  priority: 'standard',
  validate_cart: { total: 124.76 },
  process_payment: { payment_id: 'pay_1' },
  update_inventory: { inventory_log_id: 'log_1' },
};
const attempt = { taskUuid: 'task-1', signal: new AbortController().signal };

const create = (changed: Partial<OrderSources> = {}, services: SimulatedServices = createSimulatedServices()) =>
  createOrder(readOrder({ ...sources, ...changed }), services, attempt);
const createAnswered = (response: CreateOrderResponse) => {
  const services = createSimulatedServices();
  services.faults.stubResponse('orders.create', response);
  return create({}, services);
};

test.each([
  ['no customer', { customer_info: null }, 'P MISSING_CUSTOMER_INFO'],
  ['no cart', { validate_cart: null }, 'P MISSING_CART_VALIDATION'],
  ['no payment', { process_payment: null }, 'P MISSING_PAYMENT_RESULT'],
  ['no reservation', { update_inventory: null }, 'P MISSING_INVENTORY_RESULT'],
  ['a bad address', { customer_info: { email: 'ada', name: 'Ada' } }, 'P ORDER_VALIDATION_FAILED'],
  ['no name', { customer_info: { email: 'ada@example.com', name: ' ' } }, 'P ORDER_VALIDATION_FAILED'],
  ['a total of nothing', { validate_cart: { total: 0 } }, 'P ORDER_VALIDATION_FAILED'],
  ['a payment without an id', { process_payment: {} }, 'P ORDER_VALIDATION_FAILED'],
])('%s is final', async (_, changed, failure) => {
  expect(await failureOf(() => create(changed))).toBe(failure);
});

test('books that cannot be reached or speak in new words are tried again', async () => {
  const services = createSimulatedServices();
  services.faults.stubFailure('orders.create', DatabaseDown, 'connection refused');
  expect(await failureOf(() => create({}, services))).toBe('R DATABASE_UNAVAILABLE');
  expect(await failureOf(() => createAnswered({ status: 'queued' }))).toBe('R UNKNOWN_ORDER_STATUS');
});

test('an order is booked once, and one that differs under the same key is refused', async () => {
  const services = createSimulatedServices();
  const first = await create({}, services);
  expect(first).toEqual({
    order_id: 1000,
    order_number: expect.stringMatching(/^ORD-\d{8}-[0-9A-F]{8}$/),
    status: 'confirmed',
    total_amount: 124.76,
    customer_email: 'ada@example.com',
    created_at: expect.any(String),
    estimated_delivery: expect.stringMatching(/^[A-Z][a-z]+ \d{1,2}, \d{4}$/),
  });
  expect(await create({}, services)).toEqual(first);
  expect(services.orders.count).toBe(1);
  expect(await services.orders.find('task-1')).toMatchObject({ workflow_version: '1.0.0', total_cents: 12_476 });
  const other = { process_payment: { payment_id: 'pay_2' } };
  expect(await failureOf(() => create(other, services))).toBe('P ORDER_CONFLICT');
});

test('an answer that cannot be read is not asked for twice', async () => {
  expect(await failureOf(() => createAnswered({ status: 'created' }))).toBe('P RESULT_PROCESSING_FAILED');
});
