import type { HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../../shared/handlers-by-name.ts';
import type { SupportServices } from './services.ts';
import { CheckRefundPolicyHandler } from './steps/check-refund-policy.ts';
import { ExecuteRefundWorkflowHandler } from './steps/execute-refund-workflow.ts';
import { GetManagerApprovalHandler } from './steps/get-manager-approval.ts';
import { UpdateTicketStatusHandler } from './steps/update-ticket-status.ts';
import { ValidateRefundRequestHandler } from './steps/validate-refund-request.ts';

/** The class form of the support team's handlers. */
export function supportHandlerClasses(services: SupportServices): Record<string, HandlerInstance> {
  return handlersByName([
    new ValidateRefundRequestHandler(services),
    new CheckRefundPolicyHandler(services),
    new GetManagerApprovalHandler(services),
    new ExecuteRefundWorkflowHandler(services),
    new UpdateTicketStatusHandler(services),
  ]);
}
