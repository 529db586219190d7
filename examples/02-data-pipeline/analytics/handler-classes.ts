import type { StepContext, StepHandler } from '@tasker/engine';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { PipelineStep } from '../steps/pipeline-step.ts';
import {
  aggregateMetrics,
  extractRecords,
  generateBusinessInsights,
  transformCustomers,
  transformInventory,
  transformSales,
} from './steps.ts';

/** The class form: for analytics-pipeline.yaml. */
export function analyticsHandlerClasses(services: PipelineServices): StepHandler[] {
  return [
    new ExtractSalesData(services),
    new ExtractInventoryData(services),
    new ExtractCustomerData(services),
    new TransformSales(services),
    new TransformInventory(services),
    new TransformCustomers(services),
    new AggregateMetrics(services),
    new GenerateBusinessInsights(services),
  ];
}

class ExtractSalesData extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_sales_data';

  call(context: StepContext) {
    return extractRecords(this.services.sales, 'The sales database', this.services, context);
  }
}

class ExtractInventoryData extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_inventory_data';

  call(context: StepContext) {
    return extractRecords(this.services.inventory, 'The warehouse system', this.services, context);
  }
}

class ExtractCustomerData extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_customer_data';

  call(context: StepContext) {
    return extractRecords(this.services.customers, 'The customer system', this.services, context);
  }
}

class TransformSales extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.transform_sales';

  call(context: StepContext) {
    return transformSales(context.getDependencyResult('extract_sales_data'));
  }
}

class TransformInventory extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.transform_inventory';

  call(context: StepContext) {
    return transformInventory(context.getDependencyResult('extract_inventory_data'));
  }
}

class TransformCustomers extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.transform_customers';

  call(context: StepContext) {
    return transformCustomers(context.getDependencyResult('extract_customer_data'));
  }
}

class AggregateMetrics extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.aggregate_metrics';

  call(context: StepContext) {
    return aggregateMetrics({
      sales: context.getDependencyResult('transform_sales'),
      inventory: context.getDependencyResult('transform_inventory'),
      customers: context.getDependencyResult('transform_customers'),
    });
  }
}

class GenerateBusinessInsights extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.generate_business_insights';

  call(context: StepContext) {
    return generateBusinessInsights(context.getDependencyResult('aggregate_metrics'));
  }
}
