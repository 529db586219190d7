import {
  dependencyAnalysisSchema,
  explainReasonSchema,
  graphEdgeSchema,
  taskHistoryEventSchema,
  taskSchema,
} from '@tasker/contract/wire';
import { GraphQLNonNull, GraphQLObjectType } from 'graphql';
import { Type } from 'typebox';
import { TaskNotFound } from '../errors.ts';
import { connectionType, pageArguments, pageOf, pageRequest } from './connections.ts';
import type { GraphqlContext } from './context.ts';
import type { TaskOverview } from './loaders.ts';
import { valueOf } from './schema-node.ts';
import { taskIdOf, whereMissing } from './where-missing.ts';
import { type EntityTypes, listOf, type ObjectType, type WireTypes } from './wire-types.ts';

/** Steps are a matter of their own, with a permission of their own. */
const overview = Type.Omit(taskSchema, ['workflow_steps', 'edges', 'dependency_analysis']);

/**
 * A task, made of whatever is known of it where it stands: at least its id. The rest is read for all tasks of the query
 * at once, if it is asked for.
 */
export function taskType(types: WireTypes, entities: () => EntityTypes): ObjectType {
  return new GraphQLObjectType({
    name: 'Task',
    description: 'One run of a template with a context.',
    fields: () => ({
      ...whereMissing(types.fields(overview, 'Task'), readOverview),
      workflowSteps: {
        type: listOf(entities().step),
        description: 'Parents stand before their children.',
        resolve: (source, _, { loaders }) => loaders.steps.load(taskIdOf(source)),
      },
      edges: {
        type: listOf(types.object(graphEdgeSchema, 'Edge')),
        description: 'Dependencies between the steps, by name.',
        async resolve(source, _, { loaders }) {
          const steps = await loaders.steps.load(taskIdOf(source));
          return steps.flatMap(({ name, depends_on }) => depends_on.map((from) => ({ from, to: name })));
        },
      },
      template: {
        type: entities().template,
        description: 'In the version and revision that the task runs.',
        async resolve(source, _, context) {
          const known = valueOf(source, 'revision') === undefined ? await readOverview(source, context) : source;
          const part = (name: string) => [name, valueOf(known, name)] as const;
          return Object.fromEntries(['namespace', 'name', 'version', 'revision'].map(part));
        },
      },
      history: {
        type: new GraphQLNonNull(connectionType(types.object(taskHistoryEventSchema, 'TaskHistoryEvent'))),
        description: 'What happened to the task, in order.',
        args: pageArguments,
        async resolve(source, args: Readonly<Record<string, unknown>>, { loaders }) {
          const request = pageRequest(args);
          return pageOf(await loaders.history.load(taskIdOf(source)), request, ({ event_id }) => event_id);
        },
      },
      dependencyAnalysis: {
        type: types.object(dependencyAnalysisSchema, 'DependencyAnalysis'),
        description: 'What its graph and the states of its steps say about its course.',
        resolve: (source, _, { loaders }) => loaders.analysis.load(taskIdOf(source)),
      },
      explain: {
        type: listOf(types.object(explainReasonSchema, 'Reason')),
        description: 'Why the task is not running: every reason, and what to do about it.',
        resolve: (source, _, { loaders }) => loaders.taskReasons.load(taskIdOf(source)),
      },
    }),
  });
}

async function readOverview(source: unknown, { loaders }: GraphqlContext): Promise<TaskOverview> {
  const id = taskIdOf(source);
  const task = await loaders.task.load(id);
  if (task === null) throw new TaskNotFound(id);
  return task;
}
