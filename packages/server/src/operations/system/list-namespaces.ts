import { namespaceListSchema } from '@tasker/contract/wire';
import { listNamespaces as readNamespaces } from '@tasker/engine';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listNamespaces = defineOperation({
  name: 'namespace.list',
  permission: 'namespaces:read',
  kind: 'query',
  summary: 'Lists namespaces in the order of their names.',
  input: noInput,
  output: namespaceListSchema,
  errors: [],
  call: async ({ tasker }) => ({
    namespaces: (await readNamespaces(tasker.db)).map((namespace) => ({ ...namespace })),
  }),
});
