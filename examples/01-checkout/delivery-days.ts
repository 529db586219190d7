import type { OrderPriority } from './order.ts';

/** In how many days an order should arrive. */
export function deliveryDaysOf(priority: unknown): number {
  return isPriority(priority) ? days[priority] : days.standard;
}

const days: Readonly<Record<OrderPriority, number>> = { standard: 7, express: 2, overnight: 1 };

function isPriority(value: unknown): value is OrderPriority {
  return typeof value === 'string' && Object.hasOwn(days, value);
}
