import { taskCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteOf, noteProperties, taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { taskCommandAnswer } from './task-command-answer.ts';

export const retryTask = defineOperation({
  name: 'task.retry',
  permission: 'tasks:retry',
  kind: 'command',
  summary: 'Gives the failed steps of a task their attempts again; steps that wait for a retry run now.',
  input: Type.Object({ ...taskIdProperty, ...noteProperties }, { additionalProperties: false }),
  output: taskCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND', 'INVALID_TRANSITION'],
  async call({ tasker }, input, request) {
    return taskCommandAnswer(tasker.db, await tasker.retryTask(input.task_id, noteOf(input, request)));
  },
});
