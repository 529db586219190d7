import type { StepContext } from '@tasker/engine';
import type { User } from '../metrics/rows.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import type { ExtractionQuery } from '../services/source.ts';
import { type Extracted, type ExtractionAttempt, extract, readQuery } from './extraction.ts';
import { PipelineStep } from './pipeline-step.ts';

export interface ExtractUsersResult extends Omit<Extracted<User>, 'rows'> {
  readonly users_data: readonly User[];
}

/** Permanent: those of `readQuery`, INVALID_EXTRACTION_QUERY, CRM_AUTH_FAILED. Retryable: TIMEOUT, CONNECTION_ERROR, OUT_OF_MEMORY. */
export class ExtractUsersHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.extract_users';

  async call(context: StepContext) {
    const { date_range, processing_mode, force_refresh } = context.inputData;
    const query = readQuery({ date_range, processing_mode, force_refresh });
    return this.success(await extractUsers(query, this.services, context), { operation: 'extract_users' });
  }
}

export async function extractUsers(
  query: ExtractionQuery,
  services: PipelineServices,
  attempt: ExtractionAttempt,
): Promise<ExtractUsersResult> {
  const description = { source: services.users, name: 'The customer system', authCode: 'CRM_AUTH_FAILED' };
  const { rows, ...rest } = await extract(description, query, services, attempt);
  return { users_data: rows, ...rest };
}
