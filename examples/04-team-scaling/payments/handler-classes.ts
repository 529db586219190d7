import type { HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../../shared/handlers-by-name.ts';
import type { PaymentServices } from './services.ts';
import { NotifyCustomerHandler } from './steps/notify-customer.ts';
import { ProcessGatewayRefundHandler } from './steps/process-gateway-refund.ts';
import { UpdatePaymentRecordsHandler } from './steps/update-payment-records.ts';
import { ValidatePaymentEligibilityHandler } from './steps/validate-payment-eligibility.ts';

/** The class form of the payments team's handlers. */
export function paymentHandlerClasses(services: PaymentServices): Record<string, HandlerInstance> {
  return handlersByName([
    new ValidatePaymentEligibilityHandler(services),
    new ProcessGatewayRefundHandler(services),
    new UpdatePaymentRecordsHandler(services),
    new NotifyCustomerHandler(services),
  ]);
}
