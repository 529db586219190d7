import { stepAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readStep } from '../../resources/step-resource.ts';
import { stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const showStep = defineOperation({
  name: 'step.show',
  permission: 'steps:read',
  kind: 'query',
  summary: 'Shows a step.',
  input: Type.Object(stepProperties, { additionalProperties: false }),
  output: stepAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND'],
  call: async ({ tasker }, { task_id, step }) => ({ step: await readStep(tasker.db, task_id, step) }),
});
