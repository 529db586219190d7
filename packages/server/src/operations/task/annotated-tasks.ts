import { jsonSchema, pageSizeSchema, taskListSchema } from '@tasker/contract/wire';
import { listTasks } from '@tasker/engine';
import { Type } from 'typebox';
import { taskSummary } from '../../resources/task-resource.ts';
import { defineOperation } from '../operation.ts';

export const annotatedTasks = defineOperation({
  name: 'task.annotated',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists tasks by what was noted about them, the newest first.',
  input: Type.Object(
    {
      annotation_type: Type.String({ minLength: 1, maxLength: 64, description: 'The name of the annotation.' }),
      annotation_key: Type.Optional(
        Type.String({ minLength: 1, maxLength: 255, description: 'A key that the annotation, an object, must have.' }),
      ),
      annotation_value: Type.Optional({
        ...jsonSchema,
        description: 'What stands under the key, or, without one, the whole annotation. `1` is not `"1"`.',
      }),
      limit: Type.Optional(pageSizeSchema),
      cursor: Type.Optional(Type.String({ format: 'uuid', description: '`next_cursor` of the page before.' })),
    },
    { additionalProperties: false },
  ),
  output: taskListSchema,
  errors: [],
  async call({ tasker }, { annotation_type: name, annotation_key: key, annotation_value: value, limit = 20, cursor }) {
    const annotation = { name, ...(key === undefined ? {} : { key }), ...(value === undefined ? {} : { value }) };
    const { tasks, nextCursor } = await listTasks(tasker.db, { annotation }, { limit, cursor });
    return { tasks: tasks.map(taskSummary), next_cursor: nextCursor ?? null };
  },
});
