import { offsetSchema, pageSizeSchema, taskFilterProperties, taskListSchema } from '@tasker/contract/wire';
import { listTasks as readTasks } from '@tasker/engine';
import { Type } from 'typebox';
import { InvalidInput } from '../../errors.ts';
import { taskSummary } from '../../resources/task-resource.ts';
import { defineOperation } from '../operation.ts';

export const listTasks = defineOperation({
  name: 'task.list',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists tasks, the newest first.',
  input: Type.Object(
    {
      ...taskFilterProperties,
      limit: Type.Optional(pageSizeSchema),
      cursor: Type.Optional(Type.String({ format: 'uuid', description: '`next_cursor` of the page before.' })),
      offset: Type.Optional(offsetSchema),
    },
    { additionalProperties: false },
  ),
  output: taskListSchema,
  errors: [],
  async call({ tasker }, input) {
    const filter = {
      namespace: input.namespace,
      name: input.name,
      version: input.version,
      status: input.status,
      tag: input.tag,
      initiator: input.initiator,
      correlationId: input.correlation_id,
      parentCorrelationId: input.parent_correlation_id,
      createdAfter: timeOf('created_after', input.created_after),
      createdBefore: timeOf('created_before', input.created_before),
      q: input.q,
    };
    const { limit, cursor, offset } = input;
    const { tasks, nextCursor } = await readTasks(tasker.db, filter, { limit, cursor, offset });
    return { tasks: tasks.map(taskSummary), next_cursor: nextCursor ?? null };
  },
});

/** RFC 3339 has times that a Date cannot hold, such as leap seconds. */
function timeOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at;
  throw new InvalidInput([{ path: field, message: 'must be a time such as 2026-11-20T14:00:00Z' }]);
}
