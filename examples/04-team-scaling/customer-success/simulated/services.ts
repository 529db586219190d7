import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../../../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../../../shared/ids.ts';
import { FailureCounter, readMagicValue } from '../../../shared/magic-value.ts';
import type {
  ApprovalRequest,
  ApprovalResponse,
  PaymentsTeam,
  ResolutionResponse,
  SupportServices,
  Ticket,
  TicketResolution,
} from '../services.ts';

/** The support team's services, in this process. */
export interface SimulatedSupport extends SupportServices {
  readonly faults: FaultPlan<SupportMethods>;
}

/** Everything that can be made to fail. */
export type SupportMethods = {
  readonly 'tickets.find': { readonly request: string; readonly response: Ticket | undefined };
  readonly 'tickets.resolve': { readonly request: TicketResolution; readonly response: ResolutionResponse };
  readonly 'approvals.request': { readonly request: ApprovalRequest; readonly response: ApprovalResponse };
};

/**
 * Tickets do as their id says: `ticket_closed…`, `ticket_cancelled…`, `ticket_duplicate…`, `ticket_old_purchase…` (bought
 * 120 days ago, others 30), `ticket_denied…`, `ticket_expired…`, `ticket_pending…`, `ticket_locked…`,
 * `ticket_update_error…`; the last three with `__failN` at their end N times only. `INVALID-TICKET` does not exist.
 */
export function createSupportServices(
  payments: PaymentsTeam,
  options: { clock?: Clock; ids?: IdSource } = {},
): SimulatedSupport {
  const { clock = systemClock, ids = randomIds } = options;
  const faults = new FaultPlan<SupportMethods>(clock);
  const failures = new FailureCounter();
  /** Whether the ticket's id says so, this time, too. */
  const says = (ticketId: string, what: string) => {
    const { value, failures: times } = readMagicValue(ticketId);
    return value.includes(what) && failures.shouldFail(`${what} ${ticketId}`, times);
  };
  return {
    tickets: {
      find: (ticketId, signal) =>
        faults.perform('tickets.find', ticketId, () => ticketNamed(ticketId, clock.now()), signal),
      resolve: (request, signal) => {
        const { ticket_id: id } = request;
        const status = says(id, 'ticket_locked') ? 'locked' : says(id, 'ticket_update_error') ? 'failed' : 'resolved';
        return faults.perform('tickets.resolve', request, () => ({ status, previous_status: 'in_progress' }), signal);
      },
    },
    approvals: {
      request: (request, signal) =>
        faults.perform('approvals.request', request, () => answerTo(request.ticket_id, says, ids), signal),
    },
    payments,
    clock,
    faults,
  };
}

function ticketNamed(ticketId: string, nowMs: number): Ticket | undefined {
  if (ticketId === 'INVALID-TICKET') return undefined;
  const status = ['closed', 'cancelled', 'duplicate'].find((state) => ticketId.includes(`ticket_${state}`)) ?? 'open';
  const days = ticketId.includes('ticket_old_purchase') ? 120 : 30;
  return {
    ticket_id: ticketId,
    status,
    purchased_at: new Date(nowMs - days * dayMs).toISOString(),
    payment_id: `pay_${ticketId.replaceAll(/[^a-zA-Z0-9]/g, '_')}`,
  };
}

const dayMs = 86_400_000;

function answerTo(
  ticketId: string,
  says: (ticketId: string, what: string) => boolean,
  ids: IdSource,
): ApprovalResponse {
  if (ticketId.includes('ticket_denied')) return { status: 'denied' };
  if (ticketId.includes('ticket_expired')) return { status: 'expired' };
  if (says(ticketId, 'ticket_pending')) return { status: 'pending' };
  const [byte = 0] = createHash('sha256').update(ticketId).digest();
  return {
    status: 'approved',
    approval_id: `appr_${ids.hex(12)}`,
    manager_id: `mgr_${(byte % managers) + 1}`,
    notes: 'Approved.',
  };
}

const managers = 5;
