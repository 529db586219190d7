import type { HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { analyticsHandlerClasses } from './analytics/handler-classes.ts';
import type { PipelineServices } from './services/pipeline-services.ts';
import { ExtractOrdersHandler } from './steps/extract-orders.ts';
import { ExtractProductsHandler } from './steps/extract-products.ts';
import { ExtractUsersHandler } from './steps/extract-users.ts';
import { GenerateInsightsHandler } from './steps/generate-insights.ts';
import { SendNotificationsHandler } from './steps/send-notifications.ts';
import { TransformCustomerMetricsHandler } from './steps/transform-customer-metrics.ts';
import { TransformProductMetricsHandler } from './steps/transform-product-metrics.ts';
import { UpdateDashboardHandler } from './steps/update-dashboard.ts';

/** The class form of both pipelines. */
export function pipelineHandlerClasses(services: PipelineServices): Record<string, HandlerInstance> {
  return handlersByName([
    new ExtractOrdersHandler(services),
    new ExtractUsersHandler(services),
    new ExtractProductsHandler(services),
    new TransformCustomerMetricsHandler(services),
    new TransformProductMetricsHandler(services),
    new GenerateInsightsHandler(services),
    new UpdateDashboardHandler(services),
    new SendNotificationsHandler(services),
    ...analyticsHandlerClasses(services),
  ]);
}
