import { healthStatusSchema } from '@tasker/contract/wire';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const healthStatus = defineOperation({
  name: 'health.status',
  permission: 'health:read',
  kind: 'query',
  summary: 'Says how the whole system stands.',
  input: noInput,
  output: healthStatusSchema,
  errors: [],
  call: ({ health }) => health.status(),
});
