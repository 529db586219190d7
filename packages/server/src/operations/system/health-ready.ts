import { readinessSchema } from '@tasker/contract/wire';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const healthReady = defineOperation({
  name: 'health.ready',
  permission: null,
  kind: 'query',
  summary: 'Says whether the process can do its work: database, migrations, listener, leases.',
  input: noInput,
  output: readinessSchema,
  errors: [],
  call: ({ health }) => health.readiness(),
});
