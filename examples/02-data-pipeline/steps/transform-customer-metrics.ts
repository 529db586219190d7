import { PermanentError, type StepContext } from '@tasker/engine';
import { type CustomerMetrics, customerMetricsOf } from '../metrics/customer-metrics.ts';
import { revenueOf } from '../metrics/revenue.ts';
import { type Order, readOrders, readUsers, type User } from '../metrics/rows.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { type ComputingAttempt, modeOf, reserveCluster } from './computation.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface TransformCustomerMetricsResult {
  readonly customer_metrics: readonly CustomerMetrics[];
  readonly transformation_metadata: {
    readonly customers: number;
    readonly orders: number;
    readonly total_revenue: number;
    readonly processing_mode: string;
  };
  readonly transformed_at: string;
}

/** Permanent: MISSING_ORDERS_DATA, MISSING_USERS_DATA. Retryable: OUT_OF_MEMORY, TIMEOUT, CONNECTION_ERROR. */
export class TransformCustomerMetricsHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.transform_customer_metrics';

  async call(context: StepContext) {
    const inputs = readCustomerInputs({
      orders_data: context.getDependencyField('extract_orders', 'orders_data'),
      users_data: context.getDependencyField('extract_users', 'users_data'),
      processing_mode: context.getInput('processing_mode'),
    });
    const result = await transformCustomerMetrics(inputs, this.services, context);
    return this.success(result, { operation: 'transform_customer_metrics' });
  }
}

export async function transformCustomerMetrics(
  { orders, users, mode }: CustomerInputs,
  services: PipelineServices,
  attempt: ComputingAttempt,
): Promise<TransformCustomerMetricsResult> {
  await reserveCluster(services, mode, 60_000, attempt);
  const metrics = customerMetricsOf(orders, users);
  const { correlationId, stepName } = attempt;
  services.announcer.announce({
    name: 'pipeline_milestone_reached',
    milestone: 'transformation',
    correlation_id: correlationId,
    step: stepName,
  });
  return {
    customer_metrics: metrics,
    transformation_metadata: {
      customers: metrics.length,
      orders: orders.length,
      total_revenue: revenueOf(metrics),
      processing_mode: mode,
    },
    transformed_at: new Date(services.clock.now()).toISOString(),
  };
}

interface CustomerInputs {
  readonly orders: readonly Order[];
  readonly users: readonly User[];
  readonly mode: string;
}

export interface CustomerSources {
  readonly orders_data: unknown;
  readonly users_data: unknown;
  readonly processing_mode: unknown;
}

export function readCustomerInputs({ orders_data, users_data, processing_mode }: CustomerSources): CustomerInputs {
  const orders = readOrders(orders_data);
  if (orders === undefined) {
    throw new PermanentError('There are no extracted orders.', { errorCode: 'MISSING_ORDERS_DATA' });
  }
  const users = readUsers(users_data);
  if (users === undefined) {
    throw new PermanentError('There are no extracted users.', { errorCode: 'MISSING_USERS_DATA' });
  }
  return { orders, users, mode: modeOf(processing_mode) };
}
