import { explainReasonSchema, type StepResource, stepSchema } from '@tasker/contract/wire';
import { GraphQLNonNull, GraphQLObjectType } from 'graphql';
import { valueOf } from './schema-node.ts';
import { taskIdOf } from './where-missing.ts';
import { type EntityTypes, type Field, listOf, type ObjectType, type WireTypes } from './wire-types.ts';

export function stepType(types: WireTypes, entities: () => EntityTypes): ObjectType {
  return new GraphQLObjectType({
    name: 'WorkflowStep',
    description: 'One node of a task’s graph.',
    fields: () => ({
      ...types.fields(stepSchema, 'WorkflowStep'),
      task: {
        type: new GraphQLNonNull(entities().task),
        resolve: (source) => ({ task_id: taskIdOf(source) }),
      },
      parents: relatives('parents_ids', 'Steps that it runs after.', entities().step),
      children: relatives('children_ids', 'Steps that run after it.', entities().step),
      siblings: relatives('siblings_ids', 'Steps with the very same parents.', entities().step),
      explain: {
        type: listOf(types.object(explainReasonSchema, 'Reason')),
        description: 'Why the step is not running: every reason, and what to do about it.',
        resolve: (source, _, { loaders }) =>
          loaders.stepReasons.load({ task_id: taskIdOf(source), step: String(valueOf(source, 'workflow_step_id')) }),
      },
    }),
  });
}

function relatives(property: keyof StepResource, description: string, step: ObjectType): Field {
  return {
    type: listOf(step),
    description,
    async resolve(source, _, { loaders }) {
      const ids = valueOf(source, property);
      if (!Array.isArray(ids) || ids.length === 0) return [];
      const wanted = new Set(ids);
      const steps = await loaders.steps.load(taskIdOf(source));
      return steps.filter(({ workflow_step_id }) => wanted.has(workflow_step_id));
    },
  };
}
