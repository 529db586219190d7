import { jsonSchema, stepCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { stepCommandAnswer } from './step-command-answer.ts';

export const resolveStep = defineOperation({
  name: 'step.resolve',
  permission: 'steps:resolve',
  kind: 'command',
  summary: 'Settles a step by hand; its result is what the steps that depend on it get.',
  input: Type.Object(
    {
      ...stepProperties,
      result: Type.Optional({ ...jsonSchema, description: 'Default: an empty object.' }),
      ...noteProperties,
    },
    { additionalProperties: false },
  ),
  output: stepCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    const { task_id, step, result = {} } = input;
    const resolved = await tasker.resolveStep(task_id, step, result, noteOf(input, request));
    return stepCommandAnswer(tasker.db, resolved, step);
  },
});
