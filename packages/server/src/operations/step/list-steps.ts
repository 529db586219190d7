import { stepListSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readSteps } from '../../resources/step-resource.ts';
import { taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listSteps = defineOperation({
  name: 'step.list',
  permission: 'steps:read',
  kind: 'query',
  summary: 'Lists the steps of a task, parents before their children.',
  input: Type.Object(taskIdProperty, { additionalProperties: false }),
  output: stepListSchema,
  errors: ['TASK_NOT_FOUND'],
  call: async ({ tasker }, { task_id }) => ({ steps: await readSteps(tasker.db, task_id) }),
});
