import type { Clock } from '@tasker/engine';

/** What a refund talks to: the gateway over HTTP, the rest behind ports. */
export interface PaymentServices {
  readonly gatewayUrl: string;
  readonly records: PaymentRecords;
  readonly mailer: RefundMailer;
  readonly clock: Clock;
}

/** The books of the payments team. */
export interface PaymentRecords {
  /** Once per key. */
  recordRefund(request: RecordRefund, signal: AbortSignal): Promise<RecordResponse>;
}

export interface RecordRefund {
  readonly key: string;
  readonly payment_id: string;
  readonly refund_id: string;
  readonly amount: number;
}

export interface RecordResponse {
  /** `recorded`, `payment_not_found`, `locked`, or something newer. */
  readonly status: string;
  readonly record_id?: string;
  readonly audit_trail_id?: string;
}

/** Tells customers of their refunds. */
export interface RefundMailer {
  /** Once per idempotency key. */
  send(mail: RefundMail, signal: AbortSignal): Promise<RefundMailResponse>;
}

export interface RefundMail {
  readonly idempotency_key: string;
  readonly to: string;
  readonly text: string;
}

export interface RefundMailResponse {
  /** `delivered`, `bounced`, `invalid`, `rate_limited`, or something newer. */
  readonly status: string;
  readonly message_id?: string;
}
