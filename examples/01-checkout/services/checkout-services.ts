import type { Clock } from '@tasker/engine';
import type { Catalogue } from './catalogue.ts';
import type { Inventory } from './inventory.ts';
import type { Mailer } from './mailer.ts';
import type { OrderBook } from './orders.ts';
import type { PaymentGateway } from './payments.ts';

/** Everything outside that the checkout talks to. */
export interface CheckoutServices {
  readonly catalogue: Catalogue;
  readonly payments: PaymentGateway;
  readonly inventory: Inventory;
  readonly orders: OrderBook;
  readonly mailer: Mailer;
  readonly clock: Clock;
}
