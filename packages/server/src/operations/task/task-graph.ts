import { graphFormatSchema, taskGraphSchema } from '@tasker/contract/wire';
import { drawGraph, graphOfTask, TaskNotFound, taskDetail } from '@tasker/engine';
import { Type } from 'typebox';
import { taskIdProperty } from '../input-parts.ts';
import { defineOperation } from '../operation.ts';

export const taskGraph = defineOperation({
  name: 'task.graph',
  permission: 'tasks:read',
  kind: 'query',
  summary: 'Shows the graph of a task with the states of its steps.',
  input: Type.Object({ ...taskIdProperty, format: Type.Optional(graphFormatSchema) }, { additionalProperties: false }),
  output: taskGraphSchema,
  errors: ['TASK_NOT_FOUND'],
  async call({ tasker }, { task_id, format = 'json' }) {
    const detail = await taskDetail(tasker.db, task_id);
    if (detail === undefined) throw new TaskNotFound(task_id);
    return {
      task_id: detail.task.taskId,
      nodes: detail.steps.map((step) => ({
        workflow_step_id: step.stepId,
        name: step.name,
        status: step.state,
        level: step.level,
        attempts: step.attempts,
        error_message: step.error?.message ?? null,
      })),
      edges: detail.edges.map(({ fromName, toName }) => ({ from: fromName, to: toName })),
      format,
      drawing: format === 'json' ? null : drawGraph(graphOfTask(detail), { format }),
    };
  },
});
