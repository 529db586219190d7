import { taskHistorySchema } from '@tasker/contract/wire';
import { taskHistories as readHistories } from '@tasker/engine';
import { Type } from 'typebox';
import { historyEvent } from '../../resources/history-resource.ts';
import { taskIdsProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const taskHistories = defineOperation({
  name: 'task.historyMany',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Lists what happened to several tasks, in the order of their ids here; to unknown ones nothing.',
  input: Type.Object(taskIdsProperty, { additionalProperties: false }),
  output: Type.Object({ histories: Type.Array(taskHistorySchema) }),
  errors: [],
  async call({ tasker }, { task_ids }) {
    const facts = await readHistories(tasker.db, task_ids);
    return {
      histories: task_ids.map((task_id) => ({
        task_id,
        events: facts.filter(({ taskId }) => taskId === task_id.toLowerCase()).map(historyEvent),
      })),
    };
  },
});
