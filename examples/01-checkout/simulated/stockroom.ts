import type { IdSource } from '../../shared/ids.ts';
import type { Catalogue, Product } from '../services/catalogue.ts';
import type { Inventory, Reservation, ReserveRequest, ReserveResponse } from '../services/inventory.ts';
import type { CheckoutFaults, Simulation } from './simulation.ts';

/** Catalogue and inventory over the same shelves. */
export class Stockroom implements Catalogue, Inventory {
  readonly #faults: CheckoutFaults;
  readonly #ids: IdSource;
  readonly #now: () => Date;
  readonly #products: Map<number, Product>;
  readonly #reserved = new Map<string, ReserveResponse>();

  constructor({ faults, ids, clock }: Simulation) {
    this.#faults = faults;
    this.#ids = ids;
    this.#now = () => new Date(clock.now());
    this.#products = new Map(assortment.map((product) => [product.id, product]));
  }

  findProducts(ids: readonly number[], signal: AbortSignal): Promise<readonly Product[]> {
    return this.#faults.perform(
      'catalogue.findProducts',
      ids,
      () => ids.flatMap((id) => this.#products.get(id) ?? []),
      signal,
    );
  }

  reserve(request: ReserveRequest, signal: AbortSignal): Promise<ReserveResponse> {
    return this.#faults.perform('inventory.reserve', request, () => this.#reserve(request), signal);
  }

  stockOf(productId: number): number {
    return this.#products.get(productId)?.stock ?? 0;
  }

  /** A delivery arrives. */
  addStock(productId: number, pieces: number): void {
    const product = this.#products.get(productId);
    if (product) this.#products.set(productId, { ...product, stock: product.stock + pieces });
  }

  #reserve(request: ReserveRequest): ReserveResponse {
    const before = this.#reserved.get(request.reservation_key);
    if (before !== undefined) return before;
    for (const { product_id, quantity } of request.items) {
      const product = this.#products.get(product_id);
      if (product === undefined) return { status: 'product_not_found', product_id };
      if (product.stock < quantity) return { status: 'insufficient_stock', product_id };
    }
    const response: ReserveResponse = {
      status: 'reserved',
      reservations: request.items.map((item) => this.#take(item)),
      log_id: `log_${this.#ids.hex(12)}`,
      reserved_at: this.#now().toISOString(),
    };
    this.#reserved.set(request.reservation_key, response);
    return response;
  }

  #take({ product_id, quantity }: ReserveRequest['items'][number]): Reservation {
    const { name = '', stock = 0 } = this.#products.get(product_id) ?? {};
    this.addStock(product_id, -quantity);
    return {
      reservation_id: `res_${this.#ids.hex(12)}`,
      product_id,
      name,
      quantity,
      previous_stock: stock,
      new_stock: stock - quantity,
    };
  }
}

const assortment: readonly Product[] = [
  { id: 1, name: 'Widget A', priceCents: 2999, stock: 100, active: true },
  { id: 2, name: 'Widget B', priceCents: 4999, stock: 50, active: true },
  { id: 3, name: 'Widget C', priceCents: 1999, stock: 25, active: true },
  { id: 4, name: 'Widget D', priceCents: 3999, stock: 0, active: true },
  { id: 5, name: 'Widget E', priceCents: 5999, stock: 10, active: false },
];
