import { Type } from 'typebox';
import { metricsText } from '../../health/metrics-text.ts';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const metrics = defineOperation({
  name: 'metrics.show',
  permission: 'metrics:read',
  kind: 'query',
  summary: 'The figures of the whole system, in the text format of Prometheus.',
  input: noInput,
  output: Type.String(),
  errors: [],
  call: async ({ health }) => metricsText(await health.status()),
});
