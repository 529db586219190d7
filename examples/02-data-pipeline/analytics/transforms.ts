import { fromCents, toCents } from '../../shared/money.ts';
import type { CustomerRecord, InventoryRecord, SalesRecord } from './records.ts';

export interface SalesMetrics {
  readonly record_count: number;
  readonly total_revenue: number;
  readonly by_product: readonly { readonly product: string; readonly quantity: number; readonly revenue: number }[];
}

export interface InventoryMetrics {
  readonly total_quantity: number;
  readonly warehouses: number;
  readonly by_product: readonly {
    readonly product: string;
    readonly quantity: number;
    readonly reorder_point: number;
    readonly needs_reorder: boolean;
  }[];
  /** Warehouses that run low. */
  readonly alerts: readonly { readonly product: string; readonly warehouse: string; readonly quantity: number }[];
}

export interface CustomerMetrics {
  readonly customer_count: number;
  readonly total_lifetime_value: number;
  readonly average_lifetime_value: number;
  readonly segments: { readonly high: number; readonly medium: number; readonly low: number };
}

export function salesMetricsOf(sales: readonly SalesRecord[]): SalesMetrics {
  return {
    record_count: sales.length,
    total_revenue: sumOfMoney(sales, ({ revenue }) => revenue),
    by_product: grouped(sales, ({ product }) => product).map(([product, own]) => ({
      product,
      quantity: own.reduce((sum, { quantity }) => sum + quantity, 0),
      revenue: sumOfMoney(own, ({ revenue }) => revenue),
    })),
  };
}

export function inventoryMetricsOf(inventory: readonly InventoryRecord[]): InventoryMetrics {
  return {
    total_quantity: inventory.reduce((sum, { quantity }) => sum + quantity, 0),
    warehouses: new Set(inventory.map(({ warehouse }) => warehouse)).size,
    by_product: grouped(inventory, ({ product }) => product).map(([product, own]) => {
      const quantity = own.reduce((sum, record) => sum + record.quantity, 0);
      const reorder_point = own.reduce((sum, record) => sum + record.reorder_point, 0);
      return { product, quantity, reorder_point, needs_reorder: quantity < reorder_point };
    }),
    alerts: inventory
      .filter(({ quantity, reorder_point }) => quantity <= reorder_point)
      .map(({ product, warehouse, quantity }) => ({ product, warehouse, quantity })),
  };
}

export function customerMetricsOf(customers: readonly CustomerRecord[]): CustomerMetrics {
  const total = sumOfMoney(customers, ({ lifetime_value }) => lifetime_value);
  const between = (from: number, to: number) =>
    customers.filter(({ lifetime_value }) => lifetime_value >= from && lifetime_value < to).length;
  return {
    customer_count: customers.length,
    total_lifetime_value: total,
    average_lifetime_value: customers.length === 0 ? 0 : fromCents(Math.round(toCents(total) / customers.length)),
    segments: {
      high: between(10_000, Number.POSITIVE_INFINITY),
      medium: between(1_000, 10_000),
      low: between(Number.NEGATIVE_INFINITY, 1_000),
    },
  };
}

function sumOfMoney<Row>(rows: readonly Row[], amount: (row: Row) => number): number {
  return fromCents(rows.reduce((sum, row) => sum + toCents(amount(row)), 0));
}

function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
