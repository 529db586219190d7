import { fromCents, toCents } from '../../shared/money.ts';
import type { CustomerMetrics } from './customer-metrics.ts';
import type { ProductMetrics } from './product-metrics.ts';

export interface Insights {
  readonly top_customers: readonly CustomerMetrics[];
  readonly top_products: readonly ProductMetrics[];
  /** Customers by segment. */
  readonly segment_analysis: Readonly<Record<string, number>>;
  /** Revenue by category. */
  readonly category_performance: Readonly<Record<string, number>>;
}

const shown = 3;

export function insightsOf(customers: readonly CustomerMetrics[], products: readonly ProductMetrics[]): Insights {
  return {
    top_customers: best(customers, ({ user_id }) => user_id),
    top_products: best(products, ({ product_id }) => product_id),
    segment_analysis: sumBy(
      customers,
      ({ segment }) => segment ?? 'unknown',
      () => 1,
    ),
    category_performance: mapValues(
      sumBy(
        products,
        ({ category }) => category,
        ({ total_revenue }) => toCents(total_revenue),
      ),
      fromCents,
    ),
  };
}

/** Part of the fields of customers that nobody knows, from 0 to 1. */
export function nullFractionOf(customers: readonly CustomerMetrics[]): number {
  const values = customers.flatMap((customer): unknown[] => Object.values(customer));
  return values.length === 0 ? 0 : values.filter((value) => value === null).length / values.length;
}

function best<Row extends { readonly total_revenue: number }>(rows: readonly Row[], id: (row: Row) => number): Row[] {
  return rows.toSorted((a, b) => b.total_revenue - a.total_revenue || id(a) - id(b)).slice(0, shown);
}

function sumBy<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  value: (row: Row) => number,
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + value(row));
  return Object.fromEntries(sums);
}

function mapValues(record: Readonly<Record<string, number>>, map: (value: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
