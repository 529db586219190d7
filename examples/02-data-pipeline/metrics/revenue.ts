import { fromCents, toCents } from '../../shared/money.ts';

export function revenueOf(metrics: readonly { readonly total_revenue: number }[]): number {
  return fromCents(metrics.reduce((sum, { total_revenue }) => sum + toCents(total_revenue), 0));
}
