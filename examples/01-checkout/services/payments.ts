/** A payment gateway, with the answers of a real one: nothing in them is certain before it has been looked at. */
export interface PaymentGateway {
  /**
   * Charges once per idempotency key: asked again with the same key, it gives the same answer.
   *
   * @throws {NetworkError} whether the charge was made is not known
   */
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ChargeResponse>;
}

export interface ChargeRequest {
  readonly idempotency_key: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly method: string;
  readonly token: string;
}

export interface ChargeResponse {
  /**
   * `completed`, or why not: `insufficient_funds`, `card_declined`, `invalid_card`, `invalid_request`,
   * `authentication_failed`, `rate_limited`, `service_unavailable`, `timeout`, or something newer.
   */
  readonly status: string;
  readonly payment_id?: string;
  readonly transaction_id?: string;
  readonly amount_cents?: number;
  readonly currency?: string;
  readonly card_brand?: string;
  readonly processed_at?: string;
}
