import { PermanentError, RetryableError, type StepContext } from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { callPort } from '../../../shared/port-call.ts';
import { required, shapeResult } from '../../../shared/shape-result.ts';
import type { ApprovalResponse, SupportServices } from '../services.ts';
import { SupportStep } from './support-step.ts';

export interface ManagerApprovalResult {
  readonly approval_obtained: true;
  readonly approval_required: boolean;
  readonly auto_approved: boolean;
  readonly approval_id: string;
  readonly manager_id: string | null;
  readonly manager_notes: string;
  readonly approved_at: string;
}

/**
 * Permanent: MISSING_POLICY_CHECK, APPROVAL_DENIED, APPROVAL_EXPIRED, RESULT_PROCESSING_FAILED. Retryable:
 * APPROVAL_PENDING after 60 s, APPROVAL_TIMEOUT after 120 s.
 */
export class GetManagerApprovalHandler extends SupportStep {
  static override readonly handlerName = 'customer_success.get_manager_approval';

  async call(context: StepContext) {
    const decision = readDecision({
      policy: context.getDependencyResult('check_refund_policy'),
      ticket_id: context.getInput('ticket_id'),
      refund_amount: context.getInput('refund_amount'),
    });
    return this.success(await getApproval(decision, this.services, context), { operation: 'get_manager_approval' });
  }
}

export async function getApproval(
  { isRequired, ticketId, amount }: Decision,
  { approvals, clock }: SupportServices,
  { idempotencyKey, signal }: Pick<StepContext, 'idempotencyKey' | 'signal'>,
): Promise<ManagerApprovalResult> {
  const approved_at = new Date(clock.now()).toISOString();
  if (!isRequired) {
    return {
      approval_obtained: true,
      approval_required: false,
      auto_approved: true,
      approval_id: `appr_auto_${idempotencyKey}`,
      manager_id: null,
      manager_notes: 'Within the rules for the tier.',
      approved_at,
    };
  }
  const request = { key: idempotencyKey, ticket_id: ticketId, amount };
  const response = await callPort((ownSignal) => approvals.request(request, ownSignal), {
    clock,
    timeoutMs: 60_000,
    signal,
  });
  ensureApproved(response);
  return shapeResult(response, () => ({
    approval_obtained: true,
    approval_required: true,
    auto_approved: false,
    approval_id: required(response.approval_id, 'approval_id'),
    manager_id: required(response.manager_id, 'manager_id'),
    manager_notes: response.notes ?? '',
    approved_at,
  }));
}

interface Decision {
  readonly isRequired: boolean;
  readonly ticketId: string;
  readonly amount: number;
}

export interface DecisionSources {
  readonly policy: unknown;
  readonly ticket_id: unknown;
  readonly refund_amount: unknown;
}

/** The rules alone decide: what the request says about approval can not lower them. */
export function readDecision({ policy, ...input }: DecisionSources): Decision {
  const isRequired = fieldsOf(policy)?.['requires_approval'];
  const ticketId = textIn(input, 'ticket_id');
  const amount = integerIn(input, 'refund_amount');
  if (typeof isRequired !== 'boolean' || ticketId === undefined || amount === undefined) {
    throw new PermanentError('The refund was not held against the rules.', { errorCode: 'MISSING_POLICY_CHECK' });
  }
  return { isRequired, ticketId, amount };
}

function ensureApproved({ status }: ApprovalResponse): void {
  switch (status) {
    case 'approved':
      return;
    case 'denied':
      throw new PermanentError('The manager said no.', { errorCode: 'APPROVAL_DENIED' });
    case 'expired':
      throw new PermanentError('Nobody answered until it was too late.', { errorCode: 'APPROVAL_EXPIRED' });
    case 'timeout':
      throw new RetryableError('The portal does not answer.', { errorCode: 'APPROVAL_TIMEOUT', retryAfter: 120 });
    default:
      throw new RetryableError('The manager has not answered yet.', {
        errorCode: 'APPROVAL_PENDING',
        retryAfter: 60,
        context: { approval_status: status },
      });
  }
}
