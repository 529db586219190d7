import { defineDelegation } from '@tasker/delegation';
import { defineHandler, type HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../../shared/handlers-by-name.ts';
import type { SupportServices } from './services.ts';
import { checkPolicy, readPurchase } from './steps/check-refund-policy.ts';
import { readDelegation, target } from './steps/execute-refund-workflow.ts';
import { getApproval, readDecision } from './steps/get-manager-approval.ts';
import { readHandover, updateTicket } from './steps/update-ticket-status.ts';
import { readTicketRequest, validateRequest } from './steps/validate-refund-request.ts';

/** The functional form of the support team's handlers. */
export function supportHandlerFunctions(services: SupportServices): Record<string, HandlerInstance> {
  const { url, token } = services.payments;
  return handlersByName(
    [
      defineHandler(
        'customer_success.validate_refund_request',
        {
          inputs: {
            ticket_id: 'ticket_id',
            customer_id: 'customer_id',
            refund_amount: 'refund_amount',
            payment_id: 'payment_id',
          },
        },
        ({ context, ...sources }) => validateRequest(readTicketRequest(sources), services, context),
      ),
      defineHandler(
        'customer_success.check_refund_policy',
        { depends: { validated: 'validate_refund_request' }, inputs: { refund_amount: 'refund_amount' } },
        ({ validated, refund_amount }) => checkPolicy(readPurchase({ validated, refund_amount }), services.clock),
      ),
      defineHandler(
        'customer_success.get_manager_approval',
        {
          depends: { policy: 'check_refund_policy' },
          inputs: { ticket_id: 'ticket_id', refund_amount: 'refund_amount' },
        },
        ({ context, ...sources }) => getApproval(readDecision(sources), services, context),
      ),
      defineDelegation('customer_success.execute_refund_workflow', {
        url,
        token,
        ...target,
        context: (context) => readDelegation(context).context,
        initiator: 'customer_success',
        sourceSystem: 'customer_service_platform',
        reason: (context) => `Refund for ticket ${readDelegation(context).ticketId}`,
      }),
      defineHandler(
        'customer_success.update_ticket_status',
        { depends: { delegation: 'execute_refund_workflow' }, inputs: { ticket_id: 'ticket_id' } },
        ({ context, ...sources }) => updateTicket(readHandover(sources), services, context),
      ),
    ].map((Handler) => new Handler()),
  );
}
