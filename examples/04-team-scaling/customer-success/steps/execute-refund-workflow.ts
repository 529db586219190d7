import {
  type ApiConnection,
  type ApiResponse,
  ApiStepHandler,
  PermanentError,
  RetryableError,
  type StepContext,
} from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { type RefundReason, reasonOf } from '../refund-reason.ts';
import type { SupportServices } from '../services.ts';

export interface ExecuteRefundResult {
  readonly task_delegated: true;
  readonly target_namespace: 'payments';
  readonly target_workflow: 'process_refund';
  readonly target_version: string;
  readonly delegated_task_id: string;
  readonly delegated_task_status: string;
  readonly delegation_timestamp: string;
  readonly correlation_id: string;
}

/** The other team's workflow, in the version that this was tested with. */
export const target = { namespace: 'payments', name: 'process_refund', version: '2.1.0' } as const;

/**
 * Permanent: MISSING_APPROVAL, MISSING_PAYMENT_ID, DELEGATION_REFUSED, DELEGATION_CONFLICT, DELEGATION_REJECTED,
 * DELEGATION_INVALID_RESPONSE. Retryable: DELEGATION_UNAVAILABLE when the other side says, TIMEOUT, CONNECTION_ERROR.
 */
export class ExecuteRefundWorkflowHandler extends ApiStepHandler {
  static override readonly handlerName = 'customer_success.execute_refund_workflow';
  readonly #services: SupportServices;

  constructor(services: SupportServices) {
    super({ url: services.payments.url, auth: { type: 'bearer', token: services.payments.token }, timeoutMs: 25_000 });
    this.#services = services;
  }

  process(context: StepContext, api: ApiConnection) {
    return delegateRefund(readDelegation(context), api, context);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeDelegation(response, context, this.#services);
  }
}

export interface RefundDelegation {
  readonly ticketId: string;
  readonly context: RefundTaskContext;
}

/** What the payments team's template asks for. */
export interface RefundTaskContext {
  readonly payment_id: string;
  readonly refund_amount: number;
  readonly customer_email: string | undefined;
  readonly refund_reason: RefundReason;
  readonly refund_reason_detail: string | undefined;
  readonly initiated_by: 'customer_success';
  readonly approval_id: string;
  readonly ticket_id: string;
  readonly correlation_id: string;
}

export type DelegationContext = Pick<StepContext, 'getInput' | 'getDependencyResult' | 'correlationId'>;

export function readDelegation(context: DelegationContext): RefundDelegation {
  const approvalId = textIn(fieldsOf(context.getDependencyResult('get_manager_approval')), 'approval_id');
  if (approvalId === undefined) {
    throw new PermanentError('Nobody has approved the refund.', { errorCode: 'MISSING_APPROVAL' });
  }
  const validated = fieldsOf(context.getDependencyResult('validate_refund_request'));
  const paymentId = textIn(validated, 'payment_id');
  const ticketId = textIn(validated, 'ticket_id');
  const amount = integerIn({ amount: context.getInput('refund_amount') }, 'amount');
  if (paymentId === undefined || ticketId === undefined || amount === undefined) {
    throw new PermanentError('There is no payment to give back.', { errorCode: 'MISSING_PAYMENT_ID' });
  }
  const input = { email: context.getInput('customer_email'), reason: context.getInput('refund_reason') };
  const reason = textIn(input, 'reason');
  return {
    ticketId,
    context: {
      payment_id: paymentId,
      refund_amount: amount,
      customer_email: textIn(input, 'email'),
      refund_reason: reasonOf(reason),
      refund_reason_detail: reason,
      initiated_by: 'customer_success',
      approval_id: approvalId,
      ticket_id: ticketId,
      correlation_id: context.correlationId,
    },
  };
}

/**
 * Only the creation of the payments task is waited for. The step's id is the idempotency key, so however often this is
 * tried there is one such task.
 */
export async function delegateRefund(
  { ticketId, context }: RefundDelegation,
  api: ApiConnection,
  { correlationId, idempotencyKey, traceparent }: StepContext,
): Promise<ApiResponse> {
  const response = await api.post('/tasker/tasks', {
    headers: { 'idempotency-key': idempotencyKey, traceparent },
    body: {
      ...target,
      context,
      idempotency_key: idempotencyKey,
      correlation_id: correlationId,
      parent_correlation_id: correlationId,
      initiator: 'customer_success',
      source_system: 'customer_service_platform',
      reason: `Refund for ticket ${ticketId}`,
    },
  });
  ensureAccepted(response);
  return response;
}

function ensureAccepted(response: ApiResponse): void {
  const { status, errorMessage = `status ${response.status}`, retryAfter } = response;
  const context = { target_namespace: target.namespace, target_workflow: target.name, status };
  const message = `The refund was not submitted: ${errorMessage}`;
  if (status === 409) throw new PermanentError(message, { errorCode: 'DELEGATION_CONFLICT', context });
  if (response.isRetryable || status === 401) {
    throw new RetryableError(message, { errorCode: 'DELEGATION_UNAVAILABLE', retryAfter, context });
  }
  if (!response.ok) throw new PermanentError(message, { errorCode: 'DELEGATION_REFUSED', context });
}

export function shapeDelegation(
  response: ApiResponse,
  { correlationId }: Pick<StepContext, 'correlationId'>,
  { clock }: SupportServices,
): ExecuteRefundResult {
  const task = fieldsOf(response.body);
  const status = textIn(task, 'status') ?? 'pending';
  if (status === 'failed' || status === 'rejected') {
    const why = textIn(task, 'error_message') ?? textIn(task, 'rejection_reason') ?? status;
    throw new PermanentError(`The refund was rejected: ${why}`, { errorCode: 'DELEGATION_REJECTED' });
  }
  const taskId = textIn(task, 'task_id') ?? textIn(task, 'task_uuid');
  if (taskId === undefined) {
    throw new PermanentError('The answer names no task.', { errorCode: 'DELEGATION_INVALID_RESPONSE' });
  }
  return {
    task_delegated: true,
    target_namespace: target.namespace,
    target_workflow: target.name,
    target_version: target.version,
    delegated_task_id: taskId,
    delegated_task_status: status,
    delegation_timestamp: new Date(clock.now()).toISOString(),
    correlation_id: correlationId,
  };
}
