import {
  DuplicateTask,
  findAnnotatedTasks,
  findAnnotations,
  findTask,
  InvalidContext,
  type StepView,
  type TemplateDocument,
} from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { baseOrder, confirmedTo, orderOf, paidWith } from './base-order.ts';
import { type CheckoutSettings, startCheckout } from './checkout-under-test.ts';
import { ReservationFailed } from './services/inventory.ts';
import { DatabaseDown } from './services/orders.ts';
import { submitOrder } from './submit-order.ts';
import { processOrderTemplate } from './template.ts';

// The scenarios of the checkout, by number, on the limits of production and a clock that waits for nobody.

const allSteps = ['validate_cart', 'process_payment', 'update_inventory', 'create_order', 'send_confirmation'];

describeEachDatabase((kind) => {
  it('01.1 the base order is paid, reserved, booked and confirmed', async () => {
    const shop = await open(kind);
    const { status, results, steps } = await shop.run(baseOrder);
    expect(status).toBe('complete');
    expect(Object.keys(steps)).toEqual(allSteps);
    expect(attemptsOf(steps)).toEqual([1, 1, 1, 1, 1]);
    expect(results).toMatchObject({
      validate_cart: { subtotal: 109.97, tax: 8.8, shipping: 5.99, total: 124.76, item_count: 3 },
      process_payment: { amount_charged: 124.76, currency: 'USD', fees: 3.92, payment_method_type: 'credit_card' },
      update_inventory: { total_items_reserved: 3 },
      create_order: {
        order_number: expect.stringMatching(/^ORD-\d{8}-[0-9A-F]{8}$/),
        status: 'confirmed',
        total_amount: 124.76,
        estimated_delivery: 'January 8, 2030',
      },
      send_confirmation: { email_sent: true, recipient: 'ada@example.com' },
    });
    expect(shop.services.mailer.mails).toMatchObject([
      { body: expect.stringContaining('https://example.com/orders/1000') },
    ]);
  });

  it.each([
    [4, 5.99, 135.55],
    [5, 9.99, 171.94],
    [20, 9.99, 657.77],
    [21, 14.99, 695.16],
  ])('01.2 %i pieces ship for %d and cost %d', async (quantity, shipping, total) => {
    const shop = await open(kind);
    const { status, results } = await shop.run(orderOf(1, quantity, total));
    expect(status).toBe('complete');
    expect(results).toMatchObject({ validate_cart: { shipping, total, item_count: quantity } });
  });

  it('01.3 an empty cart fails at once and nothing else runs', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run({ ...baseOrder, cart_items: [] });
    expect(status).toBe('error');
    expect(failureOf(steps['validate_cart'])).toEqual({ code: 'MISSING_CART_ITEMS', attempts: 1, final: true });
    expect(statesOf(steps)).toEqual(['error', 'pending', 'pending', 'pending', 'pending']);
  });

  it('01.4 a quantity of 0 is refused at the door; without a schema there, by the handler', async () => {
    const shop = await open(kind);
    const refusal: unknown = await shop.submit(orderOf(1, 0, 0)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidContext);
    expect(refusal).toMatchObject({ status: 422, violations: [{ path: 'cart_items[0].quantity' }] });

    const trusting = await open(kind, { change: withoutSchema });
    const { steps } = await trusting.run(orderOf(1, 0, 0));
    expect(failureOf(steps['validate_cart'])).toEqual({ code: 'INVALID_QUANTITY', attempts: 1, final: true });
  });

  it.each([
    [99, 'PRODUCT_NOT_FOUND'],
    [5, 'PRODUCT_INACTIVE'],
  ])('01.5 product %i fails at once with %s', async (productId, code) => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(orderOf(productId, 1, 10));
    expect(status).toBe('error');
    expect(failureOf(steps['validate_cart'])).toEqual({ code, attempts: 1, final: true });
  });

  it('01.6 a product out of stock is asked for every 30 s until the attempts are used up', async () => {
    const shop = await open(kind);
    const begin = shop.clock.now();
    const { status, steps } = await shop.run(orderOf(4, 1, 49.18));
    expect(status).toBe('error');
    expect(failureOf(steps['validate_cart'])).toEqual({ code: 'INSUFFICIENT_STOCK', attempts: 3, final: true });
    expect(shop.clock.now() - begin).toBeGreaterThanOrEqual(60_000);
  });

  it('01.6 a delivery that comes before the second attempt saves the order', async () => {
    const shop = await open(kind);
    const task = await shop.submit(orderOf(4, 1, 49.18));
    await shop.clock.runUntil(() => shop.services.faults.callCount('catalogue.findProducts') === 1);
    shop.services.catalogue.addStock(4, 10);
    const { status, steps } = await shop.settle(task.id);
    expect(status).toBe('complete');
    expect(attemptsOf(steps)).toEqual([2, 1, 1, 1, 1]);
    expect(shop.services.catalogue.stockOf(4)).toBe(9);
  });

  it('01.7 a price in the request counts for nothing, and an amount made to fit it fails', async () => {
    const shop = await open(kind);
    const tampered = {
      ...baseOrder,
      cart_items: [
        { product_id: 1, quantity: 2, price: 0.01 },
        { product_id: 2, quantity: 1 },
      ],
    };
    const honest = await shop.run(tampered);
    expect(honest.results).toMatchObject({ validate_cart: { total: 124.76 } });
    const greedy = await shop.run({ ...tampered, payment_info: { ...baseOrder.payment_info, amount: 0.02 } });
    expect(failureOf(greedy.steps['process_payment'])).toEqual({
      code: 'PAYMENT_AMOUNT_MISMATCH',
      attempts: 1,
      final: true,
    });
  });

  it('01.8 an amount may be off by a cent and no more; nothing is charged or reserved otherwise', async () => {
    const shop = await open(kind);
    for (const amount of [100, 124.78]) {
      const { status, steps } = await shop.run({ ...baseOrder, payment_info: { ...baseOrder.payment_info, amount } });
      expect(status).toBe('error');
      expect(failureOf(steps['process_payment']).code).toBe('PAYMENT_AMOUNT_MISMATCH');
    }
    expect(shop.services.faults.callCount('payments.charge')).toBe(0);
    expect(shop.services.catalogue.stockOf(1)).toBe(100);
    const near = await shop.run({ ...baseOrder, payment_info: { ...baseOrder.payment_info, amount: 124.77 } });
    expect(near.status).toBe('complete');
  });

  it('01.9 a declined card fails after one attempt and blocks what follows', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(paidWith('tok_test_declined'));
    expect(status).toBe('error');
    expect(failureOf(steps['process_payment'])).toEqual({ code: 'PAYMENT_DECLINED', attempts: 1, final: true });
    expect(statesOf(steps)).toEqual(['complete', 'error', 'pending', 'pending', 'pending']);
    expect(steps['process_payment']?.error?.context).toMatchObject({ gateway_status: 'card_declined' });
  });

  it('01.10 what the gateway said stays with the failure', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(paidWith('tok_test_insufficient_funds'));
    expect(status).toBe('error');
    expect(failureOf(steps['process_payment'])).toEqual({ code: 'PAYMENT_DECLINED', attempts: 1, final: true });
    expect(steps['process_payment']?.error?.context).toMatchObject({ gateway_status: 'insufficient_funds' });
  });

  it('01.11 a gateway that never answers uses up all attempts', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(paidWith('tok_test_network_error'));
    expect(status).toBe('error');
    expect(failureOf(steps['process_payment'])).toEqual({ code: 'TIMEOUT', attempts: 3, final: true });
    expect(steps['process_payment']).toMatchObject({ retryable: true, maxAttempts: 3, nextAttemptAt: null });
    expect(shop.services.payments.chargeCount).toBe(0);
  });

  it('01.12 a gateway that does not answer once is asked again, and charges once', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(paidWith('tok_test_network_error__fail1'));
    expect(status).toBe('complete');
    expect(attemptsOf(steps)).toEqual([1, 2, 1, 1, 1]);
    expect(shop.services.payments.chargeCount).toBe(1);
  });

  it('01.13 a payment without a token fails at once', async () => {
    const shop = await open(kind);
    const { token: _, ...tokenless } = baseOrder.payment_info;
    const { steps } = await shop.run({ ...baseOrder, payment_info: tokenless });
    expect(failureOf(steps['process_payment'])).toEqual({ code: 'MISSING_PAYMENT_TOKEN', attempts: 1, final: true });
  });

  it('01.14 an order without a customer is refused at the door', async () => {
    const shop = await open(kind);
    const { customer_info: _, ...anonymous } = baseOrder;
    await expect(shop.submit(anonymous)).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
  });

  it('01.15 a warehouse that fails once is asked again, and the stock goes down once', async () => {
    const shop = await open(kind);
    shop.services.faults.stubFailure('inventory.reserve', ReservationFailed, 'the shelf robot is stuck', 1);
    const { status, steps } = await shop.run(baseOrder);
    expect(status).toBe('complete');
    expect(attemptsOf(steps)).toEqual([1, 1, 2, 1, 1]);
    expect([shop.services.catalogue.stockOf(1), shop.services.catalogue.stockOf(2)]).toEqual([98, 49]);
  });

  it('01.16 an order database that fails twice is asked three times', async () => {
    const shop = await open(kind);
    shop.services.faults.stubFailure('orders.create', DatabaseDown, 'connection refused', 2);
    const { status, steps } = await shop.run(baseOrder);
    expect(status).toBe('complete');
    expect(attemptsOf(steps)).toEqual([1, 1, 1, 3, 1]);
    expect(shop.services.orders.count).toBe(1);
  });

  it('01.17 a mail that goes out at the fifth attempt repeats neither payment nor order', async () => {
    const shop = await open(kind);
    const { status, steps } = await shop.run(confirmedTo('mailtimeout__fail4@example.com'));
    expect(status).toBe('complete');
    expect(attemptsOf(steps)).toEqual([1, 1, 1, 1, 5]);
    expect(shop.services.faults.callCount('payments.charge')).toBe(1);
    expect(shop.services.faults.callCount('orders.create')).toBe(1);
  });

  it('01.18 an operator mends a wrong address and the order, confirmed all along, ends well', async () => {
    const shop = await open(kind);
    const task = await shop.submit(confirmedTo('bounce@example.com'));
    const before = await shop.settle(task.id);
    expect(before.status).toBe('error');
    expect(failureOf(before.steps['send_confirmation'])).toEqual({ code: 'INVALID_EMAIL', attempts: 1, final: true });
    expect(before.results).toMatchObject({ create_order: { status: 'confirmed' } });

    const mended = { ...baseOrder.customer_info, email: 'ada@example.org' };
    const note = { actor: 'support', reason: 'the customer called' };
    await shop.tasker.editStep(task.id, 'send_confirmation', { inputs: { customer_info: mended } }, note);
    await shop.tasker.retryTask(task.id, note);
    const after = await shop.settle(task.id);
    expect(after.status).toBe('complete');
    expect(after.results).toMatchObject({ send_confirmation: { recipient: 'ada@example.org' } });
    expect(shop.services.orders.count).toBe(1);
  });

  it('01.20 premium customers go first, and it is noted', async () => {
    const shop = await open(kind);
    const order = orderOf(2, 1, 59.98);
    const premium = { ...order, customer_info: { ...order.customer_info, tier: 'premium' as const } };
    const task = await submitOrder(shop.tasker, premium);
    expect((await findTask(shop.tasker.db, task.id))?.priority).toBe(50);
    const notes = { name: 'premium_processing', key: 'priority', value: 'high' };
    expect((await findAnnotatedTasks(shop.tasker.db, notes)).taskIds).toEqual([task.id]);
    const { status, results, steps } = await shop.settle(task.id);
    expect(status).toBe('complete');
    expect(results).toMatchObject({ validate_cart: { total: 59.98 } });
    expect(Object.values(steps)).toHaveLength(5);
    expect(await findAnnotations(shop.tasker.db, task.id)).toMatchObject([
      { name: 'premium_processing', value: { priority: 'high', faster_processing: true, expedited_shipping: true } },
      { name: 'processing_priority', value: 'high' },
    ]);
    const ordinary = await submitOrder(shop.tasker, baseOrder);
    expect((await findTask(shop.tasker.db, ordinary.id))?.priority).toBe(0);
    expect(await findAnnotations(shop.tasker.db, ordinary.id)).toEqual([]);
  });

  it.each(['handler classes', 'builder'] as const)(
    '01.21 express orders are tried once for payment and twice for the mail, with %s',
    async (form) => {
      const shop = await open(kind, { form });
      const express = { ...baseOrder, priority: 'express' as const };
      const unpaid = await shop.run(paidWith('tok_test_network_error__fail1', express));
      expect(unpaid.status).toBe('error');
      expect(failureOf(unpaid.steps['process_payment'])).toEqual({ code: 'TIMEOUT', attempts: 1, final: true });
      expect(unpaid.steps['process_payment']).toMatchObject({ maxAttempts: 1 });

      const unconfirmed = await shop.run(confirmedTo('mailtimeout@example.com', express));
      expect(unconfirmed.status).toBe('error');
      expect(failureOf(unconfirmed.steps['send_confirmation']).attempts).toBe(2);
      expect(unconfirmed.results).toMatchObject({ create_order: { estimated_delivery: 'January 3, 2030' } });
    },
  );

  it('01.21 express orders wait 15 s for the gateway, others longer', async () => {
    const shop = await open(kind);
    shop.services.faults.stubDelay('payments.charge', 20_000);
    const express = await shop.run({ ...baseOrder, priority: 'express' as const });
    expect(failureOf(express.steps['process_payment'])).toEqual({ code: 'TIMEOUT', attempts: 1, final: true });
    expect(express.steps['process_payment']?.durationMs).toBe(15_000);
    const standard = await shop.run(baseOrder);
    expect(standard.status).toBe('complete');
  });

  it('01.21 an express order that is retried by hand has its own limits again', async () => {
    const shop = await open(kind);
    const express = { ...baseOrder, priority: 'express' as const };
    const task = await shop.submit(
      confirmedTo('mailtimeout__fail4@example.com', paidWith('tok_test_network_error__fail1', express)),
    );
    expect(failureOf((await shop.settle(task.id)).steps['process_payment'])).toMatchObject({
      attempts: 1,
      final: true,
    });
    await shop.tasker.retryTask(task.id);
    // paid at the second attempt; the mail fails twice, and twice again
    for (const attempts of [2, 4]) {
      const { status, steps } = await shop.settle(task.id);
      expect([status, attemptsOf(steps)]).toEqual(['error', [1, 2, 1, 1, attempts]]);
      await shop.tasker.retryTask(task.id);
    }
    const { status, steps } = await shop.settle(task.id);
    expect([status, attemptsOf(steps)]).toEqual(['complete', [1, 2, 1, 1, 5]]);
    expect(shop.services.payments.chargeCount).toBe(1);
  });

  it('01.22 the same order twice is a conflict, in whatever order its keys come', async () => {
    const shop = await open(kind);
    const first = await shop.submit(baseOrder);
    const again = Object.fromEntries(Object.entries(baseOrder).toReversed());
    const refusal: unknown = await shop.submit(again).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DuplicateTask);
    expect(refusal).toMatchObject({ status: 409, existingTaskId: first.id });
    await shop.settle(first.id);
  });

  it('01.23 25 orders at once take exactly what they ordered', async () => {
    const shop = await open(kind);
    const tasks = await Promise.all(
      customers(25).map((email) => shop.submit(confirmedTo(email, orderOf(3, 1, 27.58)))),
    );
    for (const task of tasks) expect((await shop.settle(task.id)).status).toBe('complete');
    expect(shop.services.catalogue.stockOf(3)).toBe(0);
    expect(shop.services.orders.count).toBe(25);
  });

  it('01.23 no more is sold than there is', async () => {
    const shop = await open(kind);
    const tasks = await Promise.all(
      customers(20).map((email) => shop.submit(confirmedTo(email, orderOf(3, 2, 49.16)))),
    );
    const ends: string[] = [];
    for (const task of tasks) ends.push((await shop.settle(task.id)).status);
    expect(ends.filter((status) => status === 'complete')).toHaveLength(12);
    expect(ends.filter((status) => status === 'error')).toHaveLength(8);
    expect(shop.services.catalogue.stockOf(3)).toBe(1);
  });

  it('01 all forms make the same plan and the same results', async () => {
    const orders = [baseOrder, paidWith('tok_test_network_error__fail1'), confirmedTo('bounce@example.com')];
    const runs = await Promise.all(
      (['handler classes', 'handler functions', 'builder'] as const).map(async (form) => {
        const shop = await open(kind, { form });
        const ends = [];
        for (const order of orders) {
          const { status, results, steps } = await shop.run(order);
          ends.push({ status, results, states: statesOf(steps), attempts: attemptsOf(steps) });
        }
        const { hash } = (await shop.tasker.register(processOrderTemplate)).plan;
        return { hash, ends };
      }),
    );
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('01 a request can break its own steps where that is allowed, and nowhere else', async () => {
    const breaking = { ...baseOrder, simulate: { create_order: { error: 'timeout', times: 2 } } };
    const lenient = await open(kind, { allowSimulate: true });
    expect(attemptsOf((await lenient.run(breaking)).steps)).toEqual([1, 1, 1, 3, 1]);
    const strict = await open(kind);
    const { steps } = await strict.run(breaking);
    expect(failureOf(steps['create_order'])).toEqual({ code: 'SIMULATION_NOT_ALLOWED', attempts: 1, final: true });
  });
});

async function open(kind: TestDatabaseKind, settings?: CheckoutSettings) {
  const { db } = await kind.fresh();
  const shop = await startCheckout(db, settings);
  onTestFinished(() => shop.stop());
  return {
    ...shop,
    run: async (order: object) => shop.settle((await shop.submit(order)).id),
  };
}

type Steps = Readonly<Record<string, StepView>>;

function statesOf(steps: Steps): string[] {
  return Object.values(steps).map(({ state }) => state);
}

function attemptsOf(steps: Steps): number[] {
  return Object.values(steps).map(({ attempts }) => attempts);
}

function failureOf(step: StepView | undefined) {
  return { code: step?.error?.code, attempts: step?.attempts, final: step?.failedForGood };
}

function withoutSchema(document: TemplateDocument): TemplateDocument {
  const { input_schema: _, ...rest } = document;
  return rest;
}

function customers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `customer${index}@example.com`);
}
