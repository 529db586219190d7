import type { StepContext } from '@tasker/engine';
import { callPort } from '../../shared/port-call.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import type { Extraction, ExtractionQuery, Source } from '../services/source.ts';
import { readDateRange } from './date-range.ts';
import { orFailureAt } from './port-failures.ts';

export interface ExtractionMetadata {
  readonly total_records: number;
  readonly date_range: { readonly start_date: string; readonly end_date: string };
  readonly source: string;
  readonly query_time_ms: number;
  readonly processing_mode: string;
  readonly force_refresh: boolean;
}

export interface Extracted<Row> {
  readonly rows: readonly Row[];
  readonly extraction_metadata: ExtractionMetadata;
  readonly extracted_at: string;
}

export interface ExtractionSources {
  readonly date_range: unknown;
  readonly processing_mode: unknown;
  readonly force_refresh: unknown;
}

/** Permanent: the codes of `readDateRange`. */
export function readQuery(sources: ExtractionSources): ExtractionQuery {
  return {
    ...readDateRange(sources.date_range),
    processing_mode: typeof sources.processing_mode === 'string' ? sources.processing_mode : 'standard',
    force_refresh: sources.force_refresh === true,
  };
}

/** What an extract needs to know about its attempt. */
export type ExtractionAttempt = Pick<StepContext, 'signal' | 'stepName' | 'correlationId' | 'logger'>;

export interface SourceDescription<Row> {
  readonly source: Source<Row>;
  /** For messages. */
  readonly name: string;
  readonly authCode: string;
}

/** The part that all extracts share: ask the source, tell others how it goes, keep what it answered. */
export async function extract<Row>(
  { source, name, authCode }: SourceDescription<Row>,
  query: ExtractionQuery,
  { announcer, clock }: PipelineServices,
  { signal, stepName, correlationId, logger }: ExtractionAttempt,
): Promise<Extracted<Row>> {
  const event = { correlation_id: correlationId, step: stepName };
  announcer.announce({ ...event, name: 'data_extraction_started' });
  try {
    const extraction = await orFailureAt(name, authCode, () =>
      callPort((ownSignal) => source.extract(query, ownSignal), { clock, timeoutMs: source.timeoutMs, signal }),
    );
    const records = extraction.rows.length;
    logger.info({ records_done: records }, 'extracted');
    announcer.announce({ ...event, name: 'data_extraction_completed', records });
    announcer.announce({ ...event, name: 'pipeline_milestone_reached', milestone: 'extraction' });
    return formatExtraction(extraction, query, new Date(clock.now()));
  } catch (error) {
    announcer.announce({ ...event, name: 'data_extraction_failed' });
    throw error;
  }
}

function formatExtraction<Row>(extraction: Extraction<Row>, query: ExtractionQuery, now: Date): Extracted<Row> {
  const { start_date, end_date, processing_mode, force_refresh } = query;
  return {
    rows: extraction.rows,
    extraction_metadata: {
      total_records: extraction.rows.length,
      date_range: { start_date, end_date },
      source: extraction.source,
      query_time_ms: extraction.query_time_ms,
      processing_mode,
      force_refresh,
    },
    extracted_at: now.toISOString(),
  };
}
