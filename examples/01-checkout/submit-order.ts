import type { Tasker, TaskHandle, UntypedResults } from '@tasker/engine';
import { fieldsOf, textIn } from '../shared/json-fields.ts';
import type { Order } from './order.ts';

/**
 * Submits an order as the shop does: customers of the better tiers go first.
 *
 * @param order may come from outside: the template's schema decides whether it is one
 */
export function submitOrder(tasker: Tasker, order: Order | object): Promise<TaskHandle<UntypedResults>> {
  const tier = textIn(fieldsOf(fieldsOf(order)?.['customer_info']), 'tier') ?? 'standard';
  const priority = tier === 'standard' ? 0 : premiumPriority;
  return tasker.submit({ namespace: 'ecommerce', name: 'process_order', priority, context: order });
}

const premiumPriority = 50;
