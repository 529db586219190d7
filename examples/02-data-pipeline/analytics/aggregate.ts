import { fromCents, toCents } from '../../shared/money.ts';
import type { CustomerMetrics, InventoryMetrics, SalesMetrics } from './transforms.ts';

/** Ten numbers and where they come from. */
export interface BusinessMetrics {
  readonly total_revenue: number;
  readonly sales_records: number;
  readonly products_sold: number;
  readonly total_inventory: number;
  readonly reorder_alerts: number;
  readonly total_customers: number;
  readonly total_lifetime_value: number;
  readonly average_lifetime_value: number;
  /** Two decimal places. */
  readonly revenue_per_customer: number;
  /** Revenue by unit in stock, four decimal places. */
  readonly inventory_turnover: number;
}

export function aggregate(sales: SalesTotals, inventory: InventoryTotals, customers: CustomerTotals): BusinessMetrics {
  const revenueCents = toCents(sales.total_revenue);
  return {
    total_revenue: sales.total_revenue,
    sales_records: sales.record_count,
    products_sold: sales.by_product.length,
    total_inventory: inventory.total_quantity,
    reorder_alerts: inventory.alerts.length,
    total_customers: customers.customer_count,
    total_lifetime_value: customers.total_lifetime_value,
    average_lifetime_value: customers.average_lifetime_value,
    revenue_per_customer:
      customers.customer_count === 0 ? 0 : fromCents(Math.round(revenueCents / customers.customer_count)),
    inventory_turnover:
      inventory.total_quantity === 0 ? 0 : Math.round((revenueCents * 100) / inventory.total_quantity) / 10_000,
  };
}

export type SalesTotals = Pick<SalesMetrics, 'record_count' | 'total_revenue'> & Lists<'by_product'>;
export type InventoryTotals = Pick<InventoryMetrics, 'total_quantity'> & Lists<'alerts'>;
export type CustomerTotals = Omit<CustomerMetrics, 'segments'>;

/** Lists of which only the length counts. */
type Lists<Names extends string> = { readonly [Name in Names]: readonly unknown[] };
