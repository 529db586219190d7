import { taskAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readTask } from '../../resources/task-resource.ts';
import { taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const showTask = defineOperation({
  name: 'task.show',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Shows a task with its steps.',
  input: Type.Object(
    {
      ...taskIdProperty,
      include_dependencies: Type.Optional(
        Type.Boolean({ default: false, description: 'Adds an analysis of the graph and of what is in the way.' }),
      ),
    },
    { additionalProperties: false },
  ),
  output: taskAnswerSchema,
  errors: ['TASK_NOT_FOUND'],
  async call({ tasker }, { task_id, include_dependencies: analysis }) {
    return { task: await readTask(tasker.db, task_id, { analysis }) };
  },
});
