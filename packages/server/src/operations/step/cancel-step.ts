import { stepCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { stepCommandAnswer } from './step-command-answer.ts';

export const cancelStep = defineOperation({
  name: 'step.cancel',
  permission: 'steps:cancel',
  kind: 'command',
  summary: 'Takes a step out, and with it everything that depends on it.',
  input: Type.Object({ ...stepProperties, ...noteProperties }, { additionalProperties: false }),
  output: stepCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    const result = await tasker.cancelStep(input.task_id, input.step, noteOf(input, request));
    return { ...(await stepCommandAnswer(tasker.db, result, input.step)), cancelled: true };
  },
});
