import { fieldsOf, integerIn, listOf, numberIn, textIn } from '../../shared/json-fields.ts';
import { fromCents, toCents } from '../../shared/money.ts';
import type { Order, User } from './rows.ts';

export interface CustomerMetrics {
  readonly user_id: number;
  /** Null when the customer system does not know the customer; so is the segment. */
  readonly email: string | null;
  readonly segment: string | null;
  readonly total_orders: number;
  readonly completed_orders: number;
  /** Of completed orders. */
  readonly total_revenue: number;
  readonly avg_order_value: number;
}

/** What each customer who ordered has ordered and paid, by id. */
export function customerMetricsOf(orders: readonly Order[], users: readonly User[]): CustomerMetrics[] {
  const known = new Map(users.map((user) => [user.id, user]));
  const ids = [...new Set(orders.map((order) => order.user_id))].toSorted((a, b) => a - b);
  return ids.map((id) => {
    const own = orders.filter((order) => order.user_id === id);
    const completed = own.filter(({ status }) => status === 'completed');
    const revenueCents = completed.reduce((sum, { amount }) => sum + toCents(amount), 0);
    return {
      user_id: id,
      email: known.get(id)?.email ?? null,
      segment: known.get(id)?.segment ?? null,
      total_orders: own.length,
      completed_orders: completed.length,
      total_revenue: fromCents(revenueCents),
      avg_order_value: completed.length === 0 ? 0 : fromCents(Math.round(revenueCents / completed.length)),
    };
  });
}

export function readCustomerMetrics(value: unknown): readonly CustomerMetrics[] | undefined {
  return listOf(value)?.flatMap((row) => {
    const fields = fieldsOf(row);
    const id = integerIn(fields, 'user_id');
    if (id === undefined) return [];
    const [orders = 0, completed = 0] = ['total_orders', 'completed_orders'].map((key) => integerIn(fields, key));
    const [revenue = 0, average = 0] = ['total_revenue', 'avg_order_value'].map((key) => numberIn(fields, key));
    return {
      user_id: id,
      email: textIn(fields, 'email') ?? null,
      segment: textIn(fields, 'segment') ?? null,
      total_orders: orders,
      completed_orders: completed,
      total_revenue: revenue,
      avg_order_value: average,
    };
  });
}
