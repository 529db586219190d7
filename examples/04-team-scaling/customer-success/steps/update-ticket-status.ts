import { PermanentError, RetryableError, type StepContext } from '@tasker/engine';
import { fieldsOf, textIn } from '../../../shared/json-fields.ts';
import { callPort } from '../../../shared/port-call.ts';
import type { ResolutionResponse, SupportServices } from '../services.ts';
import { SupportStep } from './support-step.ts';

export interface TicketStatusResult {
  readonly ticket_updated: true;
  readonly previous_status: string;
  readonly new_status: 'resolved';
  readonly resolution_note: string;
  /** Handed over: whether the money has arrived is for the payments team to say, under the same correlation id. */
  readonly refund_completed: true;
  readonly delegated_task_id: string;
}

/**
 * Permanent: MISSING_DELEGATION, UNAUTHORIZED, TICKET_NOT_FOUND. Retryable: TICKET_LOCKED after 15 s,
 * TICKET_UPDATE_FAILED after 30 s.
 */
export class UpdateTicketStatusHandler extends SupportStep {
  static override readonly handlerName = 'customer_success.update_ticket_status';

  async call(context: StepContext) {
    const handover = readHandover({
      delegation: context.getDependencyResult('execute_refund_workflow'),
      ticket_id: context.getInput('ticket_id'),
    });
    return this.success(await updateTicket(handover, this.services, context), { operation: 'update_ticket_status' });
  }
}

export async function updateTicket(
  { ticketId, taskId }: Handover,
  { tickets, clock }: SupportServices,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<TicketStatusResult> {
  const note = `The refund was handed to the payments team as task ${taskId}.`;
  const request = { ticket_id: ticketId, note, delegated_task_id: taskId };
  const response = await callPort((ownSignal) => tickets.resolve(request, ownSignal), {
    clock,
    timeoutMs: 12_000,
    signal,
  });
  ensureResolved(response);
  return {
    ticket_updated: true,
    previous_status: response.previous_status ?? 'in_progress',
    new_status: 'resolved',
    resolution_note: note,
    refund_completed: true,
    delegated_task_id: taskId,
  };
}

interface Handover {
  readonly ticketId: string;
  readonly taskId: string;
}

export function readHandover(sources: { readonly delegation: unknown; readonly ticket_id: unknown }): Handover {
  const taskId = textIn(fieldsOf(sources.delegation), 'delegated_task_id');
  const ticketId = textIn({ id: sources.ticket_id }, 'id');
  if (taskId === undefined || ticketId === undefined) {
    throw new PermanentError('Nothing was handed to the payments team.', { errorCode: 'MISSING_DELEGATION' });
  }
  return { ticketId, taskId };
}

function ensureResolved({ status }: ResolutionResponse): void {
  switch (status) {
    case 'resolved':
      return;
    case 'unauthorized':
      throw new PermanentError('The ticket is not ours to close.', { errorCode: 'UNAUTHORIZED' });
    case 'not_found':
      throw new PermanentError('The ticket is gone.', { errorCode: 'TICKET_NOT_FOUND' });
    case 'locked':
      throw new RetryableError('An agent has the ticket open.', { errorCode: 'TICKET_LOCKED', retryAfter: 15 });
    default:
      throw new RetryableError('The ticket could not be closed.', {
        errorCode: 'TICKET_UPDATE_FAILED',
        retryAfter: 30,
        context: { ticket_system_status: status },
      });
  }
}
