import { defineApiHandler, defineHandler, type HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../../shared/handlers-by-name.ts';
import type { PaymentServices } from './services.ts';
import { notifyCustomer, readNotice } from './steps/notify-customer.ts';
import { readValidatedPayment, refundTimeoutMs, requestRefund, shapeRefund } from './steps/process-gateway-refund.ts';
import { readRefund, updateRecords } from './steps/update-payment-records.ts';
import {
  askForPayment,
  eligibilityTimeoutMs,
  readRefundRequest,
  shapeEligibility,
} from './steps/validate-payment-eligibility.ts';

/** The functional form of the payments team's handlers. */
export function paymentHandlerFunctions(services: PaymentServices): Record<string, HandlerInstance> {
  const url = services.gatewayUrl;
  return handlersByName(
    [
      defineApiHandler(
        'payments.validate_payment_eligibility',
        {
          url,
          timeoutMs: eligibilityTimeoutMs,
          processResults: (response, context) => shapeEligibility(readRefundRequest(context), response, services),
        },
        ({ api, context }) => askForPayment(readRefundRequest(context), api),
      ),
      defineApiHandler(
        'payments.process_gateway_refund',
        {
          url,
          timeoutMs: refundTimeoutMs,
          processResults: (response, context) => shapeRefund(readValidatedPayment(context), response, services),
        },
        ({ api, context }) => requestRefund(readValidatedPayment(context), api, context),
      ),
      defineHandler(
        'payments.update_payment_records',
        { depends: { validated: 'validate_payment_eligibility', refunded: 'process_gateway_refund' } },
        ({ context, ...sources }) => updateRecords(readRefund(sources), services, context),
      ),
      defineHandler(
        'payments.notify_customer',
        { depends: { refunded: 'process_gateway_refund' }, inputs: { customer_email: 'customer_email' } },
        ({ context, ...sources }) => notifyCustomer(readNotice(sources), services, context),
      ),
    ].map((Handler) => new Handler()),
  );
}
