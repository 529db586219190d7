import type { IdSource } from '../../shared/ids.ts';
import type { BookedOrder, CreateOrderResponse, NewOrder, OrderBook } from '../services/orders.ts';
import type { CheckoutFaults, Simulation } from './simulation.ts';

export class SimulatedOrderBook implements OrderBook {
  readonly #faults: CheckoutFaults;
  readonly #ids: IdSource;
  readonly #now: () => Date;
  readonly #orders = new Map<string, BookedOrder>();

  constructor({ faults, ids, clock }: Simulation) {
    this.#faults = faults;
    this.#ids = ids;
    this.#now = () => new Date(clock.now());
  }

  create(request: NewOrder, signal: AbortSignal): Promise<CreateOrderResponse> {
    return this.#faults.perform('orders.create', request, () => this.#create(request), signal);
  }

  find(orderKey: string): Promise<BookedOrder | undefined> {
    return Promise.resolve(this.#orders.get(orderKey));
  }

  get count(): number {
    return this.#orders.size;
  }

  #create(request: NewOrder): CreateOrderResponse {
    const before = this.#orders.get(request.order_key);
    if (before !== undefined) return { status: isSame(before, request) ? 'already_exists' : 'conflict', order: before };
    const createdAt = this.#now().toISOString();
    const order: BookedOrder = {
      ...request,
      order_id: firstOrderId + this.#orders.size,
      order_number: `ORD-${createdAt.slice(0, 10).replaceAll('-', '')}-${this.#ids.hex(8).toUpperCase()}`,
      status: 'confirmed',
      created_at: createdAt,
    };
    this.#orders.set(request.order_key, order);
    return { status: 'created', order };
  }
}

const firstOrderId = 1000;

function isSame(booked: BookedOrder, request: NewOrder): boolean {
  return booked.payment_id === request.payment_id && booked.total_cents === request.total_cents;
}
