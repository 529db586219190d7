import { stepListSchema } from '@tasker/contract/wire';
import { findSteps } from '@tasker/engine';
import { Type } from 'typebox';
import { stepResources } from '../../resources/step-resource.ts';
import { taskIdsProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const listStepsOfTasks = defineOperation({
  name: 'step.listMany',
  permission: 'steps:read',
  kind: 'query',
  summary: 'Lists the steps of several tasks, of each parents before their children; unknown tasks have none.',
  input: Type.Object(taskIdsProperty, { additionalProperties: false }),
  output: stepListSchema,
  errors: [],
  async call({ tasker }, { task_ids }) {
    const ids = new Set(task_ids.map((id) => id.toLowerCase()));
    const steps = await findSteps(tasker.db, [...ids]);
    return { steps: [...ids].flatMap((id) => stepResources(steps.filter(({ taskId }) => taskId === id))) };
  },
});
