import type { Tasker, TaskHandle, UntypedResults } from '@tasker/engine';
import type { Order } from './order.ts';

/**
 * Submits an order as the shop does: by name, so that the shop need not know what becomes of it.
 *
 * @param order may come from outside: the template's schema decides whether it is one
 */
export function submitOrder(tasker: Tasker, order: Order | object): Promise<TaskHandle<UntypedResults>> {
  return tasker.submit({ namespace: 'ecommerce', name: 'process_order', context: order });
}
