import { PermanentError, type StepContext } from '@tasker/engine';
import { fieldsOf, listOf, numberIn } from '../../shared/json-fields.ts';
import { callPort } from '../../shared/port-call.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import type { Source } from '../services/source.ts';
import { orFailureAt } from '../steps/port-failures.ts';
import {
  aggregate,
  type BusinessMetrics,
  type CustomerTotals,
  type InventoryTotals,
  type SalesTotals,
} from './aggregate.ts';
import { readCustomers, readInventory, readSales } from './records.ts';
import {
  type CustomerMetrics,
  customerMetricsOf,
  type InventoryMetrics,
  inventoryMetricsOf,
  type SalesMetrics,
  salesMetricsOf,
} from './transforms.ts';
import { type Verdict, verdictOn } from './verdict.ts';

/** The steps of the smaller pipeline without what calls them: the same in both forms. */

export interface ExtractedRecords<Row> {
  readonly records: readonly Row[];
  readonly record_count: number;
  readonly source: string;
  readonly extracted_at: string;
}

/** Retryable: TIMEOUT, CONNECTION_ERROR, OUT_OF_MEMORY. Permanent: AUTH_ERROR, INVALID_EXTRACTION_QUERY. */
export async function extractRecords<Row>(
  source: Source<Row>,
  name: string,
  { clock }: PipelineServices,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<ExtractedRecords<Row>> {
  // The range does not filter here: these sources are read whole.
  const query = { start_date: '', end_date: '', processing_mode: 'standard', force_refresh: false };
  const { rows, source: from } = await orFailureAt(name, 'AUTH_ERROR', () =>
    callPort((ownSignal) => source.extract(query, ownSignal), { clock, timeoutMs: source.timeoutMs, signal }),
  );
  const extracted_at = new Date(clock.now()).toISOString();
  return { records: rows, record_count: rows.length, source: from, extracted_at };
}

/** Permanent: DEPENDENCY_ERROR, here and below. */
export function transformSales(extracted: unknown): SalesMetrics {
  return salesMetricsOf(present(readSales(recordsOf(extracted)), 'sales'));
}

export function transformInventory(extracted: unknown): InventoryMetrics {
  return inventoryMetricsOf(present(readInventory(recordsOf(extracted)), 'inventory'));
}

export function transformCustomers(extracted: unknown): CustomerMetrics {
  return customerMetricsOf(present(readCustomers(recordsOf(extracted)), 'customers'));
}

export interface AggregateSources {
  readonly sales: unknown;
  readonly inventory: unknown;
  readonly customers: unknown;
}

export function aggregateMetrics(sources: AggregateSources): BusinessMetrics & { readonly sources_included: number } {
  const sales = readSalesTotals(sources.sales);
  const inventory = readInventoryTotals(sources.inventory);
  const customers = readCustomerTotals(sources.customers);
  return { ...aggregate(sales, inventory, customers), sources_included: 3 };
}

export function generateBusinessInsights(
  aggregated: unknown,
): Verdict & { readonly insight_count: number; readonly metrics_analysed: number } {
  const { sources_included: _, ...metrics } = readMetrics(aggregated);
  const verdict = verdictOn(metrics);
  return { ...verdict, insight_count: verdict.insights.length, metrics_analysed: Object.keys(metrics).length };
}

function recordsOf(extracted: unknown): unknown {
  return fieldsOf(extracted)?.['records'];
}

function readSalesTotals(value: unknown): SalesTotals {
  const fields = fieldsOf(value);
  return {
    record_count: present(numberIn(fields, 'record_count'), 'sales'),
    total_revenue: present(numberIn(fields, 'total_revenue'), 'sales'),
    by_product: present(listOf(fields?.['by_product']), 'sales'),
  };
}

function readInventoryTotals(value: unknown): InventoryTotals {
  const fields = fieldsOf(value);
  return {
    total_quantity: present(numberIn(fields, 'total_quantity'), 'inventory'),
    alerts: present(listOf(fields?.['alerts']), 'inventory'),
  };
}

function readCustomerTotals(value: unknown): CustomerTotals {
  const fields = fieldsOf(value);
  return {
    customer_count: present(numberIn(fields, 'customer_count'), 'customers'),
    total_lifetime_value: present(numberIn(fields, 'total_lifetime_value'), 'customers'),
    average_lifetime_value: present(numberIn(fields, 'average_lifetime_value'), 'customers'),
  };
}

function readMetrics(value: unknown): BusinessMetrics & { readonly sources_included: number } {
  const fields = fieldsOf(value);
  const read = (key: string) => present(numberIn(fields, key), 'metrics');
  return {
    total_revenue: read('total_revenue'),
    sales_records: read('sales_records'),
    products_sold: read('products_sold'),
    total_inventory: read('total_inventory'),
    reorder_alerts: read('reorder_alerts'),
    total_customers: read('total_customers'),
    total_lifetime_value: read('total_lifetime_value'),
    average_lifetime_value: read('average_lifetime_value'),
    revenue_per_customer: read('revenue_per_customer'),
    inventory_turnover: read('inventory_turnover'),
    sources_included: read('sources_included'),
  };
}

function present<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new PermanentError(`There are no ${what} from the step before.`, { errorCode: 'DEPENDENCY_ERROR' });
}
