/** The books: where an order becomes an order. */
export interface OrderBook {
  /**
   * Enters an order once per key.
   *
   * @throws {DatabaseDown}
   */
  create(request: NewOrder, signal: AbortSignal): Promise<CreateOrderResponse>;
  find(orderKey: string): Promise<BookedOrder | undefined>;
}

export interface NewOrder {
  readonly order_key: string;
  readonly payment_id: string;
  readonly inventory_log_id: string;
  readonly customer_email: string;
  readonly customer_name: string;
  readonly total_cents: number;
  readonly workflow_version: string;
}

export interface CreateOrderResponse {
  /** `created`, `already_exists` (the same order was entered before), `conflict` (another one has the key). */
  readonly status: string;
  readonly order?: BookedOrder;
}

export interface BookedOrder extends NewOrder {
  readonly order_id: number;
  readonly order_number: string;
  readonly status: 'confirmed';
  readonly created_at: string;
}

/** The database of the books cannot be reached. */
export class DatabaseDown extends Error {
  override readonly name = 'DatabaseDown';
}
