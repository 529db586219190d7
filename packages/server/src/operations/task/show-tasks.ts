import { taskSchema } from '@tasker/contract/wire';
import { findAnnotationsOfTasks, findExecutionContexts, findTasks } from '@tasker/engine';
import { Type } from 'typebox';
import { taskOverview } from '../../resources/task-resource.ts';
import { taskIdsProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

const overview = Type.Omit(taskSchema, ['workflow_steps', 'edges', 'dependency_analysis']);

export const showTasks = defineOperation({
  name: 'task.showMany',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Shows several tasks without their steps, the newest first; those that do not exist are left out.',
  input: Type.Object(taskIdsProperty, { additionalProperties: false }),
  output: Type.Object({ tasks: Type.Array(overview) }),
  errors: [],
  async call({ tasker }, { task_ids }) {
    const [tasks, executions, annotations] = await Promise.all([
      findTasks(tasker.db, task_ids),
      findExecutionContexts(tasker.db, task_ids),
      findAnnotationsOfTasks(tasker.db, task_ids),
    ]);
    return {
      tasks: tasks.flatMap((task) => {
        // a task that came in between has none yet
        const execution = executions.find(({ taskId }) => taskId === task.taskId);
        if (execution === undefined) return [];
        const noted = annotations.filter(({ taskId }) => taskId === task.taskId);
        return [taskOverview(task, execution, noted)];
      }),
    };
  },
});
