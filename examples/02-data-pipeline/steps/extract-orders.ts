import type { StepContext } from '@tasker/engine';
import type { Order } from '../metrics/rows.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import type { ExtractionQuery } from '../services/source.ts';
import { type Extracted, type ExtractionAttempt, extract, readQuery } from './extraction.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface ExtractOrdersResult extends Omit<Extracted<Order>, 'rows'> {
  readonly orders_data: readonly Order[];
}

/** Permanent: those of `readQuery`, INVALID_EXTRACTION_QUERY, AUTH_ERROR. Retryable: TIMEOUT, CONNECTION_ERROR, OUT_OF_MEMORY. */
export class ExtractOrdersHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_orders';

  async call(context: StepContext) {
    const { date_range, processing_mode, force_refresh } = context.inputData;
    const query = readQuery({ date_range, processing_mode, force_refresh });
    return this.success(await extractOrders(query, this.services, context), { operation: 'extract_orders' });
  }
}

export async function extractOrders(
  query: ExtractionQuery,
  services: PipelineServices,
  attempt: ExtractionAttempt,
): Promise<ExtractOrdersResult> {
  const description = { source: services.orders, name: 'The order database', authCode: 'AUTH_ERROR' };
  const { rows, ...rest } = await extract(description, query, services, attempt);
  return { orders_data: rows, ...rest };
}
