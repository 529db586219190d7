import { taskCommandAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { noteProperties, taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';
import { taskCommandAnswer } from './task-command-answer.ts';

export const updateTask = defineOperation({
  name: 'task.update',
  permission: 'tasks:update',
  kind: 'command',
  summary: 'Changes what is said about a task: its reason and its tags.',
  input: Type.Object(
    {
      ...taskIdProperty,
      reason: Type.Optional(Type.String({ maxLength: 128 })),
      tags: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
          maxItems: 100,
          description: 'Instead of those there are.',
        }),
      ),
      actor: noteProperties.actor,
    },
    { additionalProperties: false },
  ),
  output: taskCommandAnswerSchema,
  errors: ['TASK_NOT_FOUND'],
  async call({ tasker }, { task_id, reason, tags, actor }, { principal }) {
    const who = principal?.name ?? actor;
    const edit = { ...(reason === undefined ? {} : { reason }), ...(tags === undefined ? {} : { tags }) };
    const result = await tasker.editTask(task_id, edit, who === undefined ? {} : { actor: who });
    return taskCommandAnswer(tasker.db, result);
  },
});
