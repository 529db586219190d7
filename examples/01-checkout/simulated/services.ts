import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';
import { SimulatedGateway } from './gateway.ts';
import { SimulatedMailbox } from './mailbox.ts';
import { SimulatedOrderBook } from './order-book.ts';
import type { CheckoutFaults, CheckoutMethods, Simulation } from './simulation.ts';
import { Stockroom } from './stockroom.ts';

/** The services of a checkout that takes no money: in this process, with nothing behind them. */
export interface SimulatedServices extends CheckoutServices {
  readonly catalogue: Stockroom;
  readonly inventory: Stockroom;
  readonly payments: SimulatedGateway;
  readonly orders: SimulatedOrderBook;
  readonly mailer: SimulatedMailbox;
  readonly faults: CheckoutFaults;
}

/** @param options both default to the real thing: the system's clock, random ids */
export function createSimulatedServices(options: { clock?: Clock; ids?: IdSource } = {}): SimulatedServices {
  const { clock = systemClock, ids = randomIds } = options;
  const simulation: Simulation = { clock, ids, faults: new FaultPlan<CheckoutMethods>(clock) };
  const stockroom = new Stockroom(simulation);
  return {
    catalogue: stockroom,
    inventory: stockroom,
    payments: new SimulatedGateway(simulation),
    orders: new SimulatedOrderBook(simulation),
    mailer: new SimulatedMailbox(simulation),
    clock,
    faults: simulation.faults,
  };
}
