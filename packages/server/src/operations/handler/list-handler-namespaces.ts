import { handlerNamespaceListSchema } from '@tasker/contract/wire';
import { listNamespaces } from '@tasker/engine';
import { noInput } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listHandlerNamespaces = defineOperation({
  name: 'handler.namespaces',
  permission: 'handlers:read',
  kind: 'query',
  summary: 'Lists the namespaces with the number of tasks that can be submitted to each.',
  input: noInput,
  output: handlerNamespaceListSchema,
  errors: [],
  async call({ tasker }) {
    const namespaces = await listNamespaces(tasker.db);
    return {
      namespaces: namespaces.map(({ name, templates }) => ({ name, handler_count: templates })),
      total_namespaces: namespaces.length,
      generated_at: new Date().toISOString(),
    };
  },
});
