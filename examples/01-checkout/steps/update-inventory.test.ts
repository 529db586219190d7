import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { ReservationFailed, type ReserveResponse } from '../services/inventory.ts';
import { createSimulatedServices, type SimulatedServices } from '../simulated/services.ts';
import { type InventorySources, readInventoryChange, updateInventory } from './update-inventory.ts';

const sources: InventorySources = {
  validated_items: [
    { product_id: 1, quantity: 2 },
    { product_id: 2, quantity: 1 },
    { product_id: 1, quantity: 1 },
  ],
  customer_info: { email: 'ada@example.com' },
};
const attempt = { taskUuid: 'task-1', signal: new AbortController().signal };

const update = (changed: Partial<InventorySources> = {}, services: SimulatedServices = createSimulatedServices()) =>
  updateInventory(readInventoryChange({ ...sources, ...changed }), services, attempt);
const updateAnswered = (response: ReserveResponse) => {
  const services = createSimulatedServices();
  services.faults.stubResponse('inventory.reserve', response);
  return update({}, services);
};

test.each([
  ['no items', { validated_items: null }, 'P MISSING_VALIDATED_ITEMS'],
  ['an item without a quantity', { validated_items: [{ product_id: 1 }] }, 'P MISSING_VALIDATED_ITEMS'],
  ['no customer', { customer_info: undefined }, 'P MISSING_CUSTOMER_INFO'],
  ['more than there is', { validated_items: [{ product_id: 4, quantity: 1 }] }, 'R(30) STOCK_UNAVAILABLE'],
  ['an unknown product', { validated_items: [{ product_id: 99, quantity: 1 }] }, 'P PRODUCT_NOT_FOUND'],
])('%s', async (_, changed, failure) => {
  expect(await failureOf(() => update(changed))).toBe(failure);
});

test('what the warehouse cannot do now or says in new words is tried again', async () => {
  const services = createSimulatedServices();
  services.faults.stubFailure('inventory.reserve', ReservationFailed, 'the shelf robot is stuck');
  expect(await failureOf(() => update({}, services))).toBe('R(30) RESERVATION_FAILED');
  expect(await failureOf(() => updateAnswered({ status: 'on_strike' }))).toBe('R(30) UNKNOWN_INVENTORY_STATUS');
});

test('a product in two lines is reserved once, and a rerun reserves nothing more', async () => {
  const services = createSimulatedServices();
  const first = await update({}, services);
  expect(first).toMatchObject({
    updated_products: [
      { product_id: 1, name: 'Widget A', previous_stock: 100, new_stock: 97, quantity_reserved: 3 },
      { product_id: 2, name: 'Widget B', previous_stock: 50, new_stock: 49, quantity_reserved: 1 },
    ],
    total_items_reserved: 4,
    inventory_changes: [
      { product_id: 1, change_type: 'reservation', quantity: -3, reason: 'order_checkout' },
      { product_id: 2, change_type: 'reservation', quantity: -1, reason: 'order_checkout' },
    ],
  });
  expect(await update({}, services)).toEqual(first);
  expect(services.inventory.stockOf(1)).toBe(97);
  expect(services.faults.lastCall('inventory.reserve')).toMatchObject({
    reservation_key: 'order_task-1',
    expires_after_ms: 900_000,
  });
});

test('an answer that cannot be read is not asked for twice', async () => {
  expect(await failureOf(() => updateAnswered({ status: 'reserved' }))).toBe('P RESULT_PROCESSING_FAILED');
});
