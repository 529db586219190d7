import type { SubmitOptions, Tasker, TaskHandle, UntypedResults } from '@tasker/engine';
import type { Order } from './order.ts';

/** Submits an order as the shop does: customers of the better tiers go first. */
export function submitOrder(
  tasker: Tasker,
  order: Order,
  options: Omit<SubmitOptions, 'priority'> = {},
): Promise<TaskHandle<UntypedResults>> {
  const { tier = 'standard' } = order.customer_info;
  const priority = tier === 'standard' ? 0 : premiumPriority;
  return tasker.submit(
    { ...options, namespace: 'ecommerce', name: 'process_order', priority, context: order },
    options,
  );
}

const premiumPriority = 50;
