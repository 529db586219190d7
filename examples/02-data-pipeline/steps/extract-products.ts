import type { StepContext } from '@tasker/engine';
import type { Product } from '../metrics/rows.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import type { ExtractionQuery } from '../services/source.ts';
import { type Extracted, type ExtractionAttempt, extract, readQuery } from './extraction.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface ExtractProductsResult extends Omit<Extracted<Product>, 'rows'> {
  readonly products_data: readonly Product[];
}

/** Permanent: those of `readQuery`, INVALID_EXTRACTION_QUERY, INVENTORY_AUTH_FAILED. Retryable: TIMEOUT, CONNECTION_ERROR, OUT_OF_MEMORY. */
export class ExtractProductsHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_products';

  async call(context: StepContext) {
    const { date_range, processing_mode, force_refresh } = context.inputData;
    const query = readQuery({ date_range, processing_mode, force_refresh });
    return this.success(await extractProducts(query, this.services, context), { operation: 'extract_products' });
  }
}

export async function extractProducts(
  query: ExtractionQuery,
  services: PipelineServices,
  attempt: ExtractionAttempt,
): Promise<ExtractProductsResult> {
  const description = { source: services.products, name: 'The inventory', authCode: 'INVENTORY_AUTH_FAILED' };
  const { rows, ...rest } = await extract(description, query, services, attempt);
  return { products_data: rows, ...rest };
}
