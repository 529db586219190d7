import type { Clock } from '@tasker/engine';
import type { FaultPlan } from '../../shared/fault-plan.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { Product } from '../services/catalogue.ts';
import type { ReserveRequest, ReserveResponse } from '../services/inventory.ts';
import type { Mail, MailResponse } from '../services/mailer.ts';
import type { CreateOrderResponse, NewOrder } from '../services/orders.ts';
import type { ChargeRequest, ChargeResponse } from '../services/payments.ts';

/** What the simulated services share. */
export interface Simulation {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly faults: CheckoutFaults;
}

export type CheckoutFaults = FaultPlan<CheckoutMethods>;

/** Everything that can be made to fail. */
export type CheckoutMethods = {
  readonly 'catalogue.findProducts': { readonly request: readonly number[]; readonly response: readonly Product[] };
  readonly 'payments.charge': { readonly request: ChargeRequest; readonly response: ChargeResponse };
  readonly 'inventory.reserve': { readonly request: ReserveRequest; readonly response: ReserveResponse };
  readonly 'orders.create': { readonly request: NewOrder; readonly response: CreateOrderResponse };
  readonly 'mailer.send': { readonly request: Mail; readonly response: MailResponse };
};
