import { explanationSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readExplanation } from '../../resources/explanation-resource.ts';
import { taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const explainTask = defineOperation({
  name: 'task.explain',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Says why a task is not running: every reason, and what to do about it.',
  input: Type.Object(taskIdProperty, { additionalProperties: false }),
  output: explanationSchema,
  errors: ['TASK_NOT_FOUND'],
  call: ({ tasker }, { task_id }) => readExplanation(tasker.db, task_id),
});
