import { taskCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { taskCommandAnswer } from './task-command-answer.ts';

export const cancelTask = defineOperation({
  name: 'task.cancel',
  permission: 'tasks:cancel',
  kind: 'command',
  summary: 'Cancels a task and its open steps; handlers that run get their abort signal.',
  input: Type.Object({ ...taskIdProperty, ...noteProperties }, { additionalProperties: false }),
  output: taskCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    const result = await tasker.cancelTask(input.task_id, noteOf(input, request));
    return { ...(await taskCommandAnswer(tasker.db, result)), cancelled: true };
  },
});
