import { stepCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, stepProperties } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { stepCommandAnswer } from './step-command-answer.ts';

export const retryStep = defineOperation({
  name: 'step.retry',
  permission: 'steps:retry',
  kind: 'command',
  summary: 'Runs a failed step again; one that waits for a retry runs now.',
  input: Type.Object({ ...stepProperties, ...noteProperties }, { additionalProperties: false }),
  output: stepCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'STEP_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    const result = await tasker.retryStep(input.task_id, input.step, noteOf(input, request));
    return stepCommandAnswer(tasker.db, result, input.step);
  },
});
