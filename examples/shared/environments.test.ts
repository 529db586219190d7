import { readFileSync } from 'node:fs';
import { readTemplateYaml } from '@tasker/engine';
import { expect, test } from 'vitest';

const examples = new URL('..', import.meta.url);

test.each([
  '02-data-pipeline/customer-analytics.yaml',
  '02-data-pipeline/analytics-pipeline.yaml',
  '03-microservices/user-registration.yaml',
  '04-team-scaling/customer-success/process-refund.yaml',
  '04-team-scaling/payments/process-refund.yaml',
  '04-team-scaling/payments/process-refund-2.0.0.yaml',
])('in the environment `test` no step of %s waits for long', (file) => {
  const text = readFileSync(new URL(file, examples), 'utf8');
  const limitsIn = (environment: string) =>
    readTemplateYaml(text, { file, environment }).flatMap(({ steps }) =>
      steps.map(({ retry, timeout_seconds }) => ({
        attempts: retry?.max_attempts,
        longestMs: retry?.max_backoff_ms,
        timeout_seconds,
      })),
    );
  expect(new Set(limitsIn('test').map((limits) => JSON.stringify(limits)))).toEqual(
    new Set([JSON.stringify({ attempts: 2, longestMs: 100, timeout_seconds: 10 })]),
  );
  for (const { longestMs } of limitsIn('production')) expect(longestMs).toBeGreaterThanOrEqual(20_000);
});
