import { PermanentError, type StepContext } from '@tasker/engine';
import { fieldsOf, numberIn } from '../../shared/json-fields.ts';
import { type CustomerMetrics, readCustomerMetrics } from '../metrics/customer-metrics.ts';
import { type Insights, insightsOf, nullFractionOf } from '../metrics/insights.ts';
import { type ProductMetrics, readProductMetrics } from '../metrics/product-metrics.ts';
import { revenueOf } from '../metrics/revenue.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { type ComputingAttempt, modeOf, reserveCluster } from './computation.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface GenerateInsightsResult {
  readonly insights: Insights;
  readonly insights_metadata: {
    readonly customers: number;
    readonly products: number;
    readonly orders: number;
    readonly total_revenue: number;
    readonly processing_mode: string;
  };
  readonly generated_at: string;
}

/**
 * Permanent: MISSING_CUSTOMER_METRICS, MISSING_PRODUCT_METRICS, INSUFFICIENT_DATA. Retryable: OUT_OF_MEMORY, TIMEOUT,
 * CONNECTION_ERROR.
 */
export class GenerateInsightsHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.generate_insights';

  async call(context: StepContext) {
    const inputs = readInsightInputs({
      customer_metrics: context.getDependencyField('transform_customer_metrics', 'customer_metrics'),
      product_metrics: context.getDependencyField('transform_product_metrics', 'product_metrics'),
      quality_thresholds: context.getInput('quality_thresholds'),
      processing_mode: context.getInput('processing_mode'),
    });
    const result = await generateInsights(inputs, this.services, context);
    return this.success(result, { operation: 'generate_insights' });
  }
}

export async function generateInsights(
  { customers, products, mode }: InsightInputs,
  services: PipelineServices,
  attempt: ComputingAttempt,
): Promise<GenerateInsightsResult> {
  await reserveCluster(services, mode, 30_000, attempt);
  return {
    insights: insightsOf(customers, products),
    insights_metadata: {
      customers: customers.length,
      products: products.length,
      orders: ordersOf(customers),
      total_revenue: revenueOf(customers),
      processing_mode: mode,
    },
    generated_at: new Date(services.clock.now()).toISOString(),
  };
}

interface InsightInputs {
  readonly customers: readonly CustomerMetrics[];
  readonly products: readonly ProductMetrics[];
  readonly mode: string;
}

export interface InsightSources {
  readonly customer_metrics: unknown;
  readonly product_metrics: unknown;
  readonly quality_thresholds: unknown;
  readonly processing_mode: unknown;
}

export function readInsightInputs(sources: InsightSources): InsightInputs {
  const customers = readCustomerMetrics(sources.customer_metrics);
  if (customers === undefined) {
    throw new PermanentError('There are no customer metrics.', { errorCode: 'MISSING_CUSTOMER_METRICS' });
  }
  const products = readProductMetrics(sources.product_metrics);
  if (products === undefined) {
    throw new PermanentError('There are no product metrics.', { errorCode: 'MISSING_PRODUCT_METRICS' });
  }
  ensureQuality(customers, sources.quality_thresholds);
  return { customers, products, mode: modeOf(sources.processing_mode) };
}

/** Only what the caller asks for: the sample data would fail any sensible default. */
function ensureQuality(customers: readonly CustomerMetrics[], thresholds: unknown): void {
  const wanted = fieldsOf(thresholds);
  const found = {
    min_customer_records: customers.length,
    min_order_records: ordersOf(customers),
    max_null_percentage: nullFractionOf(customers),
  };
  const { min_customer_records: customerCount, min_order_records: orderCount, max_null_percentage: nullPart } = found;
  const missed = [
    customerCount < (numberIn(wanted, 'min_customer_records') ?? 0) ? 'min_customer_records' : undefined,
    orderCount < (numberIn(wanted, 'min_order_records') ?? 0) ? 'min_order_records' : undefined,
    nullPart > (numberIn(wanted, 'max_null_percentage') ?? 1) ? 'max_null_percentage' : undefined,
  ].filter((name) => name !== undefined);
  if (missed.length === 0) return;
  throw new PermanentError(`The data does not meet ${missed.join(' and ')}.`, {
    errorCode: 'INSUFFICIENT_DATA',
    context: { missed, found },
  });
}

function ordersOf(customers: readonly CustomerMetrics[]): number {
  return customers.reduce((sum, { total_orders }) => sum + total_orders, 0);
}
