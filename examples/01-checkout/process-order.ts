import { defineTask } from '@tasker/engine';
import { decideOrder } from './decide-order.ts';
import { orderSchema } from './order.ts';
import type { CheckoutServices } from './services/checkout-services.ts';
import { createOrder, readOrder } from './steps/create-order.ts';
import { processPayment, readPayment } from './steps/process-payment.ts';
import { readConfirmation, sendConfirmation } from './steps/send-confirmation.ts';
import { readInventoryChange, updateInventory } from './steps/update-inventory.ts';
import { readCart, validateCart } from './steps/validate-cart.ts';

const upToThirtySeconds = { backoff: 'exponential', baseMs: 2000, maxMs: 30_000 } as const;

/**
 * The checkout in one piece: graph, limits and handlers, with the compiler watching. It makes the same plan as
 * process-order.yaml; the results of earlier steps have their types here.
 */
export function defineProcessOrder(services: CheckoutServices) {
  return defineTask({
    namespace: 'ecommerce',
    name: 'process_order',
    version: '1.0.0',
    description: 'Turns a cart into a paid, reserved and confirmed order.',
    metadata: { author: 'The Tasker examples', tags: ['ecommerce', 'checkout'] },
    dependentSystem: 'ecommerce_platform',
    identity: 'strict',
    input: orderSchema,
  })
    .step('validate_cart', {
      description: 'Prices the cart by the catalogue, with tax and shipping.',
      callable: 'ecommerce.validate_cart',
      retry: { maxAttempts: 3, ...upToThirtySeconds },
      timeoutSeconds: 15,
      run: ({ input, context }) => validateCart(readCart(input.cart_items), services, context.signal),
    })
    .step('process_payment', {
      description: 'Charges the customer, once.',
      after: ['validate_cart'],
      callable: 'ecommerce.process_payment',
      retry: { maxAttempts: 3, ...upToThirtySeconds },
      timeoutSeconds: 30,
      run({ input: { payment_info }, results: { validate_cart }, context }) {
        return processPayment(readPayment({ payment_info, total: validate_cart.total }), services, context);
      },
    })
    .step('update_inventory', {
      description: 'Reserves what was sold.',
      after: ['process_payment'],
      callable: 'ecommerce.update_inventory',
      retry: { maxAttempts: 2, ...upToThirtySeconds },
      timeoutSeconds: 20,
      run({ input: { customer_info }, context }) {
        const { validated_items } = context.getDependencyResult('validate_cart');
        return updateInventory(readInventoryChange({ validated_items, customer_info }), services, context);
      },
    })
    .step('create_order', {
      description: 'Writes the order into the books.',
      after: ['update_inventory'],
      callable: 'ecommerce.create_order',
      retry: { maxAttempts: 3, ...upToThirtySeconds },
      timeoutSeconds: 15,
      run({ input: { customer_info, priority }, results: { update_inventory }, context }) {
        const validate_cart = context.getDependencyResult('validate_cart');
        const process_payment = context.getDependencyResult('process_payment');
        const sources = { customer_info, priority, validate_cart, process_payment, update_inventory };
        return createOrder(readOrder(sources), services, context);
      },
    })
    .step('send_confirmation', {
      description: 'Tells the customer by e-mail.',
      after: ['create_order'],
      callable: 'ecommerce.send_confirmation',
      retry: { maxAttempts: 5, ...upToThirtySeconds },
      timeoutSeconds: 10,
      run({ input: { customer_info }, results: { create_order }, context }) {
        const validate_cart = context.getDependencyResult('validate_cart');
        const sources = { customer_info, create_order, validate_cart };
        return sendConfirmation(readConfirmation(sources), services, context);
      },
    })
    .onSubmit(decideOrder);
}
