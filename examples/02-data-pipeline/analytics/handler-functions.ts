import { defineHandler } from '@tasker/engine';
import type { PipelineServices } from '../services/pipeline-services.ts';
import {
  aggregateMetrics,
  extractRecords,
  generateBusinessInsights,
  transformCustomers,
  transformInventory,
  transformSales,
} from './steps.ts';

/** The functional form: also for analytics-pipeline.yaml. */
export function analyticsHandlerFunctions(services: PipelineServices) {
  const { sales, inventory, customers } = services;
  return [
    defineHandler('data_pipeline.extract_sales_data', {}, ({ context }) =>
      extractRecords(sales, 'The sales database', services, context),
    ),
    defineHandler('data_pipeline.extract_inventory_data', {}, ({ context }) =>
      extractRecords(inventory, 'The warehouse system', services, context),
    ),
    defineHandler('data_pipeline.extract_customer_data', {}, ({ context }) =>
      extractRecords(customers, 'The customer system', services, context),
    ),
    defineHandler('data_pipeline.transform_sales', { depends: { before: 'extract_sales_data' } }, ({ before }) =>
      transformSales(before),
    ),
    defineHandler(
      'data_pipeline.transform_inventory',
      { depends: { before: 'extract_inventory_data' } },
      ({ before }) => transformInventory(before),
    ),
    defineHandler('data_pipeline.transform_customers', { depends: { before: 'extract_customer_data' } }, ({ before }) =>
      transformCustomers(before),
    ),
    defineHandler(
      'data_pipeline.aggregate_metrics',
      { depends: { sales: 'transform_sales', inventory: 'transform_inventory', customers: 'transform_customers' } },
      (sources) => aggregateMetrics(sources),
    ),
    defineHandler(
      'data_pipeline.generate_business_insights',
      { depends: { before: 'aggregate_metrics' } },
      ({ before }) => generateBusinessInsights(before),
    ),
  ].map((Handler) => new Handler());
}
