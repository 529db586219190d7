import { taskHistorySchema } from '@tasker/contract/wire';
import { taskHistory as readHistory, TaskNotFound } from '@tasker/engine';
import { Type } from 'typebox';
import { historyEvent } from '../../resources/history-resource.ts';
import { taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const taskHistory = defineOperation({
  name: 'task.history',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists what happened to a task, in order.',
  input: Type.Object(taskIdProperty, { additionalProperties: false }),
  output: taskHistorySchema,
  errors: ['TASK_NOT_FOUND'],
  async call({ tasker }, { task_id }) {
    const facts = await readHistory(tasker.db, task_id);
    if (facts.length === 0) throw new TaskNotFound(task_id);
    return { task_id, events: facts.map(historyEvent) };
  },
});
