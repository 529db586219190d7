import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineTask, jsonSchema, PermanentError } from '@tasker/engine';

/**
 * The order that `tasker demo` runs: the graph of the first example, in a form that fits the command and needs nothing
 * from outside. Each step takes a moment, so that it can be watched, and the payment gateway sleeps through the first
 * call.
 */
export interface DemoOrder {
  readonly cart_items: readonly { readonly product_id: number; readonly quantity: number }[];
  readonly payment_info: { readonly method: string; readonly amount: number };
  readonly customer_info: { readonly name: string; readonly email: string };
}

export const demoOrder: DemoOrder = {
  cart_items: [
    { product_id: 1, quantity: 2 },
    { product_id: 2, quantity: 1 },
  ],
  payment_info: { method: 'credit_card', amount: 124.76 },
  customer_info: { name: 'Ada Lovelace', email: 'ada@example.com' },
};

const catalogue = new Map([
  [1, { name: 'Widget A', cents: 2999 }],
  [2, { name: 'Widget B', cents: 4999 }],
]);
const shippingCents = 599;
const aMomentMs = 300;

export const processOrder = defineTask({
  namespace: 'ecommerce',
  name: 'process_order',
  version: '1.0.0',
  description: 'The order of `tasker demo`.',
  input: jsonSchema<DemoOrder>({ type: 'object', required: ['cart_items', 'payment_info', 'customer_info'] }),
})
  .step('validate_cart', {
    run: async ({ input }) => {
      await sleep(aMomentMs);
      const items = input.cart_items.map(({ product_id, quantity }) => ({ ...priceOf(product_id), quantity }));
      const subtotal = items.reduce((sum, { cents, quantity }) => sum + cents * quantity, 0);
      const tax = Math.round(subtotal * 0.08);
      const count = items.reduce((sum, { quantity }) => sum + quantity, 0);
      return { total: (subtotal + tax + shippingCents) / 100, item_count: count };
    },
  })
  .step('process_payment', {
    after: ['validate_cart'],
    timeoutSeconds: 1,
    retry: { maxAttempts: 3, baseMs: 500, jitter: 0 },
    run: async ({ input, results, context }) => {
      const { total } = results.validate_cart;
      if (input.payment_info.amount !== total) {
        throw new PermanentError('The customer was shown another amount.', { errorCode: 'PAYMENT_AMOUNT_MISMATCH' });
      }
      if (!context.isRetry()) await noAnswer(context.signal);
      await sleep(aMomentMs);
      return { payment_id: `pay_${randomBytes(6).toString('hex')}`, amount_charged: total, currency: 'USD' };
    },
  })
  .step('update_inventory', {
    after: ['process_payment'],
    run: async ({ context }) => {
      await sleep(aMomentMs);
      return { total_items_reserved: context.getDependencyResult('validate_cart').item_count };
    },
  })
  .step('create_order', {
    after: ['update_inventory'],
    run: async ({ context }) => {
      await sleep(aMomentMs);
      const { amount_charged } = context.getDependencyResult('process_payment');
      return { order_number: orderNumber(new Date()), status: 'confirmed', total_amount: amount_charged };
    },
  })
  .step('send_confirmation', {
    after: ['create_order'],
    run: async ({ input, results }) => {
      await sleep(aMomentMs);
      const subject = `Your order ${results.create_order.order_number} is confirmed`;
      return { email_sent: true, recipient: input.customer_info.email, subject };
    },
  });

function priceOf(productId: number) {
  const product = catalogue.get(productId);
  if (product === undefined) {
    throw new PermanentError(`There is no product ${productId}.`, { errorCode: 'UNKNOWN_PRODUCT' });
  }
  return product;
}

/** A call that nobody answers: it ends when the engine's patience does. */
function noAnswer(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the call was given up')), { once: true });
  });
}

function orderNumber(now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  return `ORD-${day}-${randomBytes(4).toString('hex').toUpperCase()}`;
}
