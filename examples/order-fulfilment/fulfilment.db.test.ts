import { expect, it } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { openExample } from '../shared/example-under-test.ts';
import { fulfilmentHandlers } from './handlers.ts';
import { templates } from './index.ts';
import { createFulfilmentServices } from './services.ts';
import { deliveryDate } from './shipping.ts';

const order = {
  customer: { id: 7, name: 'Ada', email: 'ada@example.com' },
  items: [
    { sku: 'WIDGET-001', quantity: 2, price: 29.99 },
    { sku: 'GADGET-002', quantity: 1, price: 149.99 },
  ],
  payment: { method: 'credit_card', token: 'tok_visa' },
  shipping: { method: 'standard', address: 'London' },
};
const complete = {
  validate_order: 'complete',
  reserve_inventory: 'complete',
  process_payment: 'complete',
  ship_order: 'complete',
};

describeEachDatabase((kind) => {
  it('fulfilment.1 an order is reserved, charged and shipped', async () => {
    const { fulfil } = await open(kind);
    const { course, results } = await fulfil(order);
    expect(course).toEqual(complete);
    expect(results).toMatchObject({
      validate_order: { order_total: 209.97, item_count: 3 },
      reserve_inventory: { reservations: [{ warehouse: 'WH-EAST-A1' }, { warehouse: 'WH-CENTRAL-C3' }] },
      process_payment: { amount_charged: 209.97, fees: 6.09 },
      ship_order: { carrier: 'UPS Ground', shipping_cost: 10.24, estimated_delivery: '2030-01-08' },
    });
  });

  it('fulfilment.3 what is not in stock is asked for until the attempts are used up, and not charged', async () => {
    const { fulfil } = await open(kind);
    const { course } = await fulfil({ ...order, items: [{ sku: 'WIDGET-002', quantity: 51, price: 1 }] });
    expect(course).toEqual({
      ...complete,
      reserve_inventory: 'INSUFFICIENT_STOCK 3',
      process_payment: 'not run',
      ship_order: 'not run',
    });
  });

  it('fulfilment.4 an order may cost 50,000 and not a cent more', async () => {
    const { fulfil } = await open(kind);
    const costing = (price: number) => ({ ...order, items: [{ sku: 'WIDGET-001', quantity: 1, price }] });
    expect((await fulfil(costing(50_000))).status).toBe('complete');
    expect((await fulfil(costing(50_000.01))).course['validate_order']).toBe('ORDER_TOTAL_TOO_HIGH 1');
  });

  it('fulfilment.5 what is not paid is not shipped, and is for sale again a quarter of an hour later', async () => {
    const { fulfil, services, tasker } = await open(kind);
    const { course } = await fulfil({ ...order, payment: { method: 'credit_card', token: 'tok_declined' } });
    expect(course).toEqual({ ...complete, process_payment: 'PAYMENT_DECLINED 1', ship_order: 'not run' });
    expect(services.warehouse.available('WIDGET-001')).toBe(98);
    await tasker.advanceTime(15 * 60_000);
    expect(services.warehouse.available('WIDGET-001')).toBe(100);
  });

  it('fulfilment.6 a gateway that fails once is asked again, and nothing is reserved twice', async () => {
    const { fulfil, services } = await open(kind);
    services.faults.stubFailure('charge', TypeError, 'connection reset', 1);
    const { course } = await fulfil(order);
    expect(course).toEqual({ ...complete, process_payment: 'complete 2' });
    expect(services.warehouse.available('WIDGET-001')).toBe(98);
  });

  it('fulfilment.7 what nobody sells is refused', async () => {
    const { fulfil } = await open(kind);
    const { course } = await fulfil({ ...order, items: [{ sku: 'NOTHING-1', quantity: 1, price: 1 }] });
    expect(course['validate_order']).toBe('PRODUCT_NOT_FOUND 1');
  });

  it('fulfilment every field that is missing has its code', async () => {
    const { fulfil } = await open(kind);
    const item = { sku: 'WIDGET-001', quantity: 1, price: 1 };
    const faults: [string, string, object][] = [
      ['validate_order', 'MISSING_CUSTOMER_INFO 1', { customer: {} }],
      ['validate_order', 'MISSING_CUSTOMER_ID 1', { customer: { email: 'ada@example.com' } }],
      ['validate_order', 'MISSING_CUSTOMER_EMAIL 1', { customer: { id: 1 } }],
      ['validate_order', 'EMPTY_ORDER_ITEMS 1', { items: [] }],
      ['validate_order', 'INVALID_ORDER_ITEM 1', { items: [{ quantity: 1 }] }],
      ['validate_order', 'INVALID_QUANTITY 1', { items: [{ ...item, quantity: 0 }] }],
      ['validate_order', 'INVALID_PRICE 1', { items: [{ ...item, price: -1 }] }],
      ['process_payment', 'MISSING_PAYMENT_INFO 1', { payment: {} }],
      ['process_payment', 'PAYMENT_AUTH_FAILED 1', { payment: { token: 'tok_bad_auth' } }],
      ['ship_order', 'MISSING_SHIPPING_INFO 1', { shipping: {} }],
      ['ship_order', 'MISSING_ADDRESS 1', { shipping: { method: 'express' } }],
    ];
    for (const [step, end, changed] of faults) {
      expect([step, (await fulfil({ ...order, ...changed })).course[step]]).toEqual([step, end]);
    }
  });
});

it('fulfilment.2 what is sent overnight on a Friday arrives on Monday', () => {
  const friday = new Date('2030-01-04T16:00:00Z');
  expect(deliveryDate(friday, 1)).toBe('2030-01-07');
  expect(deliveryDate(friday, 5)).toBe('2030-01-11');
});

async function open(kind: TestDatabaseKind) {
  const example = await openExample(kind, {
    templates,
    services: createFulfilmentServices,
    handlers: fulfilmentHandlers,
  });
  return {
    ...example,
    fulfil: (context: object) => example.run({ namespace: 'order_fulfillment', name: 'business_workflow', context }),
  };
}
