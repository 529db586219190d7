import { livenessSchema } from '@tasker/contract/wire';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const healthLive = defineOperation({
  name: 'health.live',
  permission: null,
  kind: 'query',
  summary: 'Says that the process is there.',
  input: noInput,
  output: livenessSchema,
  errors: [],
  call: async () => ({ alive: true as const, timestamp: new Date().toISOString(), service: 'tasker' as const }),
});
