import { defineHandler, type StepContext } from '@tasker/engine';
import type { CheckoutServices } from './services/checkout-services.ts';
import { createOrder, readOrder } from './steps/create-order.ts';
import { processPayment, readPayment } from './steps/process-payment.ts';
import { readConfirmation, sendConfirmation } from './steps/send-confirmation.ts';
import { readInventoryChange, updateInventory } from './steps/update-inventory.ts';
import { readCart, type ValidateCartResult, validateCart } from './steps/validate-cart.ts';

/** A handler may say what it knows of the form of its arguments. */
interface CartArguments {
  readonly cart: ValidateCartResult | null;
  readonly context: StepContext;
}

/** The functional form: also for process-order.yaml. Each handler names what it needs and is called with that. */
export function checkoutHandlerFunctions(services: CheckoutServices) {
  const handlers = [
    defineHandler('ecommerce.validate_cart', { inputs: { cart_items: 'cart_items' } }, ({ cart_items, context }) =>
      validateCart(readCart(cart_items), services, context.signal),
    ),
    defineHandler(
      'ecommerce.process_payment',
      { depends: { cart: 'validate_cart' }, inputs: { payment_info: 'payment_info' } },
      ({ cart, payment_info, context }: CartArguments & { payment_info: unknown }) =>
        processPayment(readPayment({ payment_info, total: cart?.total }), services, context),
    ),
    defineHandler(
      'ecommerce.update_inventory',
      { depends: { cart: 'validate_cart' }, inputs: { customer_info: 'customer_info' } },
      ({ cart, customer_info, context }: CartArguments & { customer_info: unknown }) =>
        updateInventory(
          readInventoryChange({ validated_items: cart?.validated_items, customer_info }),
          services,
          context,
        ),
    ),
    defineHandler(
      'ecommerce.create_order',
      {
        depends: {
          validate_cart: 'validate_cart',
          process_payment: 'process_payment',
          update_inventory: 'update_inventory',
        },
        inputs: { customer_info: 'customer_info', priority: 'priority' },
      },
      ({ context, ...sources }) => createOrder(readOrder(sources), services, context),
    ),
    defineHandler(
      'ecommerce.send_confirmation',
      {
        depends: { create_order: 'create_order', validate_cart: 'validate_cart' },
        inputs: { customer_info: 'customer_info' },
      },
      ({ context, ...sources }) => sendConfirmation(readConfirmation(sources), services, context),
    ),
  ];
  return Object.fromEntries(handlers.map((Handler) => [Handler.handlerName, new Handler()]));
}
