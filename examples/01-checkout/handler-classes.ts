import type { CheckoutServices } from './services/checkout-services.ts';
import { CreateOrderHandler } from './steps/create-order.ts';
import { ProcessPaymentHandler } from './steps/process-payment.ts';
import { SendConfirmationHandler } from './steps/send-confirmation.ts';
import { UpdateInventoryHandler } from './steps/update-inventory.ts';
import { ValidateCartHandler } from './steps/validate-cart.ts';

/** The class form: for process-order.yaml. */
export function checkoutHandlerClasses(services: CheckoutServices) {
  return {
    [ValidateCartHandler.handlerName]: new ValidateCartHandler(services),
    [ProcessPaymentHandler.handlerName]: new ProcessPaymentHandler(services),
    [UpdateInventoryHandler.handlerName]: new UpdateInventoryHandler(services),
    [CreateOrderHandler.handlerName]: new CreateOrderHandler(services),
    [SendConfirmationHandler.handlerName]: new SendConfirmationHandler(services),
  };
}
