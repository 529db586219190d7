import { explanationSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readExplanation } from '../../resources/explanation-resource.ts';
import { stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const explainStep = defineOperation({
  name: 'step.explain',
  permission: 'steps:read',
  kind: 'query',
  summary: 'Says why a step is not running: every reason, and what to do about it.',
  input: Type.Object(stepProperties, { additionalProperties: false }),
  output: explanationSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND'],
  call: ({ tasker }, { task_id, step }) => readExplanation(tasker.db, task_id, step),
});
