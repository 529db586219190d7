import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../shared/ids.ts';

/** A warehouse and a payment gateway, in this process. */
export interface FulfilmentServices {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly faults: FaultPlan<FulfilmentMethods>;
  readonly warehouse: Warehouse;
  charge(request: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
}

export interface Charge {
  readonly key: string;
  readonly token: string;
  readonly cents: number;
}

export interface ChargeAnswer {
  /** `completed`, `declined`, `auth_failed`, `rate_limited`, or something newer. */
  readonly status: string;
  readonly payment_id?: string;
}

export type FulfilmentMethods = {
  readonly charge: { readonly request: Charge; readonly response: ChargeAnswer };
};

export function createFulfilmentServices(options: { clock?: Clock; ids?: IdSource } = {}): FulfilmentServices {
  const { clock = systemClock, ids = randomIds } = options;
  const faults = new FaultPlan<FulfilmentMethods>(clock);
  const charged = new Map<string, ChargeAnswer>();
  const charge = ({ key, token }: Charge): ChargeAnswer => {
    if (token === 'tok_declined') return { status: 'declined' };
    if (token === 'tok_bad_auth') return { status: 'auth_failed' };
    const answer = charged.get(key) ?? { status: 'completed', payment_id: `pay_${ids.hex(16)}` };
    charged.set(key, answer);
    return answer;
  };
  return {
    clock,
    ids,
    faults,
    warehouse: new Warehouse(clock, ids),
    charge: (request, signal) => faults.perform('charge', request, () => charge(request), signal),
  };
}

export interface Reservation {
  readonly sku: string;
  readonly quantity: number;
  readonly warehouse: string;
  readonly reservation_id: string;
}

interface Held {
  readonly reservations: readonly Reservation[];
  /** Milliseconds since 1970; what was shipped stays gone. */
  readonly until: number;
}

/** Reserves once per key, for a quarter of an hour. */
export class Warehouse {
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, ids: IdSource) {
    this.#clock = clock;
    this.#ids = ids;
  }

  knows(sku: string): boolean {
    return Object.hasOwn(shelves, sku);
  }

  available(sku: string): number {
    const now = this.#clock.now();
    const held = [...this.#held.values()]
      .filter(({ until }) => until > now)
      .flatMap(({ reservations }) => reservations);
    const taken = held.reduce((sum, each) => (each.sku === sku ? sum + each.quantity : sum), 0);
    return (shelves[sku]?.stock ?? 0) - taken;
  }

  /** Undefined when there is not enough. */
  reserve(key: string, items: readonly { readonly sku: string; readonly quantity: number }[]): Held | undefined {
    const before = this.#held.get(key);
    if (before !== undefined && before.until > this.#clock.now()) return before;
    if (items.some(({ sku, quantity }) => this.available(sku) < quantity)) return undefined;
    const reservations = items.map(({ sku, quantity }) => ({
      sku,
      quantity,
      warehouse: shelves[sku]?.warehouse ?? '',
      reservation_id: `res_${this.#ids.hex(12)}`,
    }));
    const held = { reservations, until: this.#clock.now() + reservationMs };
    this.#held.set(key, held);
    return held;
  }

  /** What is shipped does not come back. */
  ship(key: string): void {
    const held = this.#held.get(key);
    if (held !== undefined) this.#held.set(key, { ...held, until: Number.POSITIVE_INFINITY });
  }
}

const reservationMs = 15 * 60_000;

const shelves: Readonly<Record<string, { readonly stock: number; readonly warehouse: string }>> = {
  'WIDGET-001': { stock: 100, warehouse: 'WH-EAST-A1' },
  'WIDGET-002': { stock: 50, warehouse: 'WH-WEST-B2' },
  'GADGET-002': { stock: 200, warehouse: 'WH-CENTRAL-C3' },
};
