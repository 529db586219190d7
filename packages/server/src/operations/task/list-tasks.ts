import {
  offsetSchema,
  pageSizeSchema,
  sortOrders,
  type TaskFilterInput,
  taskFilterProperties,
  taskListSchema,
  taskSortColumns,
} from '@tasker/contract/wire';
import { listTasks as readTasks, type TaskFilter } from '@tasker/engine';
import { Type } from 'typebox';
import { InvalidInput } from '../../errors.ts';
import { taskSummary } from '../../resources/task-resource.ts';
import { defineOperation } from '../operation.ts';

export const listTasks = defineOperation({
  name: 'task.list',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists tasks, the newest first unless asked otherwise.',
  input: Type.Object(
    {
      ...taskFilterProperties,
      limit: Type.Optional(pageSizeSchema),
      cursor: Type.Optional(Type.String({ format: 'uuid', description: '`next_cursor` of the page before.' })),
      offset: Type.Optional(offsetSchema),
      sort_by: Type.Optional(
        Type.Enum(taskSortColumns, { default: 'created_at', description: 'All the same order: that of time.' }),
      ),
      sort_order: Type.Optional(Type.Enum(sortOrders, { default: 'desc', description: '`desc`: the newest first.' })),
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
      annotation: annotationOf(input),
    };
    const { limit, cursor, offset, sort_order: order } = input;
    const first = order === 'asc' ? 'oldest' : 'newest';
    const { tasks, nextCursor } = await readTasks(tasker.db, filter, { limit, cursor, offset, first });
    return { tasks: tasks.map(taskSummary), next_cursor: nextCursor ?? null };
  },
});

/** @throws {InvalidInput} for a part without the others: a key alone has no index */
function annotationOf({
  annotation_type: name,
  annotation_key: key,
  annotation_value: value,
}: TaskFilterInput): TaskFilter['annotation'] {
  if (name === undefined) {
    if (key === undefined && value === undefined) return undefined;
    throw new InvalidInput([{ path: 'annotation_type', message: 'is required with a key or a value' }]);
  }
  if (key !== undefined && value === undefined) {
    throw new InvalidInput([{ path: 'annotation_value', message: 'is required with a key' }]);
  }
  return { name, ...(key === undefined ? {} : { key }), ...(value === undefined ? {} : { value }) };
}

/** RFC 3339 has times that a Date cannot hold, such as leap seconds. */
function timeOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at;
  throw new InvalidInput([{ path: field, message: 'must be a time such as 2026-11-20T14:00:00Z' }]);
}
