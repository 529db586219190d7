import type { Clock } from '@tasker/engine';

/** What the support team talks to: tickets and managers behind ports, the payments team over HTTP. */
export interface SupportServices {
  readonly tickets: Tickets;
  readonly approvals: Approvals;
  readonly payments: PaymentsTeam;
  readonly clock: Clock;
}

/** Another team's Tasker. */
export interface PaymentsTeam {
  readonly url: string;
  /** Has to be allowed to create tasks in the namespace payments. */
  readonly token: string;
}

export interface Tickets {
  /** Undefined when there is no such ticket. */
  find(ticketId: string, signal: AbortSignal): Promise<Ticket | undefined>;
  resolve(request: TicketResolution, signal: AbortSignal): Promise<ResolutionResponse>;
}

export interface Ticket {
  readonly ticket_id: string;
  /** `open`, `closed`, `cancelled`, `duplicate`, or something newer. */
  readonly status: string;
  /** ISO 8601. */
  readonly purchased_at: string;
  readonly payment_id: string;
}

export interface TicketResolution {
  readonly ticket_id: string;
  readonly note: string;
  readonly delegated_task_id: string;
}

export interface ResolutionResponse {
  /** `resolved`, `unauthorized`, `not_found`, `locked`, or something newer. */
  readonly status: string;
  readonly previous_status?: string;
}

/** The managers. */
export interface Approvals {
  /** Asks once per key; asked again, says how it stands. */
  request(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalResponse>;
}

export interface ApprovalRequest {
  readonly key: string;
  readonly ticket_id: string;
  readonly amount: number;
}

export interface ApprovalResponse {
  /** `approved`, `denied`, `expired`, `pending`, `timeout`, or something newer. */
  readonly status: string;
  readonly approval_id?: string;
  readonly manager_id?: string;
  readonly notes?: string;
}
