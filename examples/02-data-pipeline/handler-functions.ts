import { defineHandler, type HandlerInstance, type StepContext } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { fieldsOf } from '../shared/json-fields.ts';
import { analyticsHandlerFunctions } from './analytics/handler-functions.ts';
import type { PipelineServices } from './services/pipeline-services.ts';
import { extractOrders } from './steps/extract-orders.ts';
import { extractProducts } from './steps/extract-products.ts';
import { extractUsers } from './steps/extract-users.ts';
import { type ExtractionSources, readQuery } from './steps/extraction.ts';
import { generateInsights, readInsightInputs } from './steps/generate-insights.ts';
import { defaultChannels, readNotificationInputs, sendNotifications } from './steps/send-notifications.ts';
import { readCustomerInputs, transformCustomerMetrics } from './steps/transform-customer-metrics.ts';
import { readProductInputs, transformProductMetrics } from './steps/transform-product-metrics.ts';
import { readDashboardInputs, updateDashboard } from './steps/update-dashboard.ts';

type ExtractionArguments = ExtractionSources & { readonly context: StepContext };

/** The functional form of both pipelines: each handler names what it needs and is called with that. */
export function pipelineHandlerFunctions(services: PipelineServices): Record<string, HandlerInstance> {
  const query = {
    inputs: { date_range: 'date_range', processing_mode: 'processing_mode', force_refresh: 'force_refresh' },
  } as const;
  const handlers = [
    defineHandler('data_pipeline.extract_orders', query, ({ context, ...sources }: ExtractionArguments) =>
      extractOrders(readQuery(sources), services, context),
    ),
    defineHandler('data_pipeline.extract_users', query, ({ context, ...sources }: ExtractionArguments) =>
      extractUsers(readQuery(sources), services, context),
    ),
    defineHandler('data_pipeline.extract_products', query, ({ context, ...sources }: ExtractionArguments) =>
      extractProducts(readQuery(sources), services, context),
    ),
    defineHandler(
      'data_pipeline.transform_customer_metrics',
      { depends: { orders: 'extract_orders', users: 'extract_users' }, inputs: { processing_mode: 'processing_mode' } },
      ({ orders, users, processing_mode, context }) => {
        const orders_data = fieldsOf(orders)?.['orders_data'];
        const users_data = fieldsOf(users)?.['users_data'];
        return transformCustomerMetrics(
          readCustomerInputs({ orders_data, users_data, processing_mode }),
          services,
          context,
        );
      },
    ),
    defineHandler(
      'data_pipeline.transform_product_metrics',
      {
        depends: { orders: 'extract_orders', products: 'extract_products' },
        inputs: { processing_mode: 'processing_mode' },
      },
      ({ orders, products, processing_mode, context }) => {
        const orders_data = fieldsOf(orders)?.['orders_data'];
        const products_data = fieldsOf(products)?.['products_data'];
        return transformProductMetrics(
          readProductInputs({ orders_data, products_data, processing_mode }),
          services,
          context,
        );
      },
    ),
    defineHandler(
      'data_pipeline.generate_insights',
      {
        depends: { customers: 'transform_customer_metrics', products: 'transform_product_metrics' },
        inputs: { quality_thresholds: 'quality_thresholds', processing_mode: 'processing_mode' },
      },
      ({ customers, products, context, ...sources }) => {
        const customer_metrics = fieldsOf(customers)?.['customer_metrics'];
        const product_metrics = fieldsOf(products)?.['product_metrics'];
        return generateInsights(
          readInsightInputs({ customer_metrics, product_metrics, ...sources }),
          services,
          context,
        );
      },
    ),
    defineHandler(
      'data_pipeline.update_dashboard',
      {
        depends: { generated: 'generate_insights' },
        inputs: { date_range: 'date_range', processing_mode: 'processing_mode' },
      },
      ({ generated, context, ...sources }) =>
        updateDashboard(
          readDashboardInputs({ insights: fieldsOf(generated)?.['insights'], ...sources }),
          services,
          context,
        ),
    ),
    defineHandler(
      'data_pipeline.send_notifications',
      { depends: { updated: 'update_dashboard' }, inputs: { channels: 'notification_channels' } },
      ({ updated, channels, context }) => {
        const dashboard_id = fieldsOf(fieldsOf(updated)?.['dashboard_update'])?.['dashboard_id'];
        const notification_channels = channels === undefined ? defaultChannels : channels;
        return sendNotifications(readNotificationInputs({ dashboard_id, notification_channels }), services, context);
      },
    ),
  ].map((Handler) => new Handler());
  return handlersByName([...handlers, ...analyticsHandlerFunctions(services)]);
}
