/** The shop's stock. */
export interface Inventory {
  /**
   * Reserves all of it or nothing. Asked again with the same key, it answers with the same reservations.
   *
   * @throws {ReservationFailed} for the moment
   */
  reserve(request: ReserveRequest, signal: AbortSignal): Promise<ReserveResponse>;
}

export interface ReserveRequest {
  readonly reservation_key: string;
  readonly items: readonly { readonly product_id: number; readonly quantity: number }[];
  readonly customer_email: string;
  /** What is not shipped by then may be sold to somebody else. */
  readonly expires_after_ms: number;
}

export interface ReserveResponse {
  /** `reserved`, `insufficient_stock`, `product_not_found`, or something newer. */
  readonly status: string;
  /** The product that the answer is about, when nothing was reserved. */
  readonly product_id?: number;
  readonly reservations?: readonly Reservation[];
  readonly log_id?: string;
  readonly reserved_at?: string;
}

export interface Reservation {
  readonly reservation_id: string;
  readonly product_id: number;
  readonly name: string;
  readonly quantity: number;
  readonly previous_stock: number;
  readonly new_stock: number;
}

/** The warehouse could not reserve for a reason of its own. */
export class ReservationFailed extends Error {
  override readonly name = 'ReservationFailed';
}
