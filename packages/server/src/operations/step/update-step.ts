import { jsonObjectSchema, stepCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { stepCommandAnswer } from './step-command-answer.ts';

export const updateStep = defineOperation({
  name: 'step.update',
  permission: 'steps:update',
  kind: 'command',
  summary: 'Changes what an attempt still to come may do: how many there may be, and what it is given.',
  input: Type.Object(
    {
      ...stepProperties,
      retry_limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1000, description: 'Attempts in all, those made included.' }),
      ),
      inputs: Type.Optional({
        ...jsonObjectSchema,
        description: 'Replaces values of the task’s context for this step.',
      }),
      ...noteProperties,
    },
    { additionalProperties: false },
  ),
  output: stepCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    const { task_id, step, retry_limit, inputs } = input;
    const edit = {
      ...(retry_limit === undefined ? {} : { maxAttempts: retry_limit }),
      ...(inputs === undefined ? {} : { inputs }),
    };
    return stepCommandAnswer(tasker.db, await tasker.editStep(task_id, step, edit, noteOf(input, request)), step);
  },
});
