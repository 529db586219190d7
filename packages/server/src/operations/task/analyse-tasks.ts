import { dependencyAnalysisSchema } from '@tasker/contract/wire';
import { findExecutionContexts, findSteps } from '@tasker/engine';
import { Type } from 'typebox';
import { analyseDependencies } from '../../resources/dependency-analysis.ts';
import { taskIdsProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const analyseTasks = defineOperation({
  name: 'task.analyseMany',
  // it tells of every step
  permission: 'steps:read',
  kind: 'query',
  summary: 'Analyses the graphs of several tasks; those that do not exist are left out.',
  input: Type.Object(taskIdsProperty, { additionalProperties: false }),
  output: Type.Object({
    analyses: Type.Array(
      Type.Object({ task_id: Type.String({ format: 'uuid' }), dependency_analysis: dependencyAnalysisSchema }),
    ),
  }),
  errors: [],
  async call({ tasker }, { task_ids }) {
    const ids = [...new Set(task_ids.map((id) => id.toLowerCase()))];
    const [steps, executions] = await Promise.all([findSteps(tasker.db, ids), findExecutionContexts(tasker.db, ids)]);
    const now = new Date();
    return {
      analyses: executions.map((execution) => {
        const own = steps.filter(({ taskId }) => taskId === execution.taskId);
        return {
          task_id: execution.taskId,
          dependency_analysis: analyseDependencies({ steps: own, execution }, now),
        };
      }),
    };
  },
});
