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
  input: Type.Object(taskIdProperty, { additionalProperties: false }),
  output: taskAnswerSchema,
  errors: ['TASK_NOT_FOUND'],
  call: async ({ tasker }, { task_id }) => ({ task: await readTask(tasker.db, task_id) }),
});
