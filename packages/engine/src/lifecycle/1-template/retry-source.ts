import type { RetryPolicy } from '../../graph/plan.ts';
import type { RetrySource } from './template-source.ts';

/** A retry policy as code writes it, as templates do. */
export function retrySource(retry: Partial<RetryPolicy>): RetrySource {
  return {
    retryable: retry.retryable ?? null,
    max_attempts: retry.maxAttempts ?? null,
    backoff: retry.backoff ?? null,
    backoff_base_ms: retry.baseMs ?? null,
    max_backoff_ms: retry.maxMs ?? null,
    jitter: retry.jitter ?? null,
    backoff_table_ms: retry.tableMs ?? null,
  };
}
