import { explanationSchema } from '@tasker/contract/wire';
import { explainSeveral } from '@tasker/engine';
import { Type } from 'typebox';
import { explanation } from '../../resources/explanation-resource.ts';
import { taskIdsProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const explainTasks = defineOperation({
  name: 'task.explainMany',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Says of several tasks why they are not running, in the order of their ids here; of unknown ones nothing.',
  input: Type.Object(taskIdsProperty, { additionalProperties: false }),
  output: Type.Object({ explanations: Type.Array(explanationSchema) }),
  errors: [],
  async call({ tasker }, { task_ids }) {
    const subjects = task_ids.map((taskId) => ({ taskId }));
    const reasons = await explainSeveral(tasker.db, subjects);
    return { explanations: task_ids.map((taskId, index) => explanation(taskId, reasons[index] ?? [])) };
  },
});
