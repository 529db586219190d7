import { PermanentError, type StepContext } from '@tasker/engine';
import { type ProductMetrics, productMetricsOf } from '../metrics/product-metrics.ts';
import { revenueOf } from '../metrics/revenue.ts';
import { type Order, type Product, readOrders, readProducts } from '../metrics/rows.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { type ComputingAttempt, modeOf, reserveCluster } from './computation.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface TransformProductMetricsResult {
  readonly product_metrics: readonly ProductMetrics[];
  readonly transformation_metadata: {
    readonly products: number;
    readonly orders: number;
    readonly total_revenue: number;
    readonly processing_mode: string;
  };
  readonly transformed_at: string;
}

/** Permanent: MISSING_ORDERS_DATA, MISSING_PRODUCTS_DATA. Retryable: OUT_OF_MEMORY, TIMEOUT, CONNECTION_ERROR. */
export class TransformProductMetricsHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.transform_product_metrics';

  async call(context: StepContext) {
    const inputs = readProductInputs({
      orders_data: context.getDependencyField('extract_orders', 'orders_data'),
      products_data: context.getDependencyField('extract_products', 'products_data'),
      processing_mode: context.getInput('processing_mode'),
    });
    const result = await transformProductMetrics(inputs, this.services, context);
    return this.success(result, { operation: 'transform_product_metrics' });
  }
}

export async function transformProductMetrics(
  { orders, products, mode }: ProductInputs,
  services: PipelineServices,
  attempt: ComputingAttempt,
): Promise<TransformProductMetricsResult> {
  await reserveCluster(services, mode, 45_000, attempt);
  const metrics = productMetricsOf(orders, products);
  const { correlationId, stepName } = attempt;
  services.announcer.announce({
    name: 'pipeline_milestone_reached',
    milestone: 'transformation',
    correlation_id: correlationId,
    step: stepName,
  });
  return {
    product_metrics: metrics,
    transformation_metadata: {
      products: metrics.length,
      orders: orders.length,
      total_revenue: revenueOf(metrics),
      processing_mode: mode,
    },
    transformed_at: new Date(services.clock.now()).toISOString(),
  };
}

interface ProductInputs {
  readonly orders: readonly Order[];
  readonly products: readonly Product[];
  readonly mode: string;
}

export interface ProductSources {
  readonly orders_data: unknown;
  readonly products_data: unknown;
  readonly processing_mode: unknown;
}

export function readProductInputs({ orders_data, products_data, processing_mode }: ProductSources): ProductInputs {
  const orders = readOrders(orders_data);
  if (orders === undefined) {
    throw new PermanentError('There are no extracted orders.', { errorCode: 'MISSING_ORDERS_DATA' });
  }
  const products = readProducts(products_data);
  if (products === undefined) {
    throw new PermanentError('There are no extracted products.', { errorCode: 'MISSING_PRODUCTS_DATA' });
  }
  return { orders, products, mode: modeOf(processing_mode) };
}
