import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Operation } from '../operations/operation.ts';
import { operations } from '../operations/operations.ts';
import { defineEntityTypes } from './entity-types.ts';
import { listFields } from './list-fields.ts';
import { mutationField } from './mutation-field.ts';
import { fieldName, queryField } from './operation-field.ts';
import { subscriptionFields } from './subscription-fields.ts';
import { createWireTypes, type Fields, type WireTypes } from './wire-types.ts';

/** The schema of everything that a user can do: a field for each operation. */
export function createSchema(): GraphQLSchema {
  const types = createWireTypes();
  const entities = defineEntityTypes(types);
  return new GraphQLSchema({
    description: 'What Tasker can do. See docs/reference/graphql.md.',
    query: new GraphQLObjectType({
      name: 'Query',
      fields: { ...queryFields(types), ...listFields(types, entities) },
    }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: mutationFields(types) }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: subscriptionFields(types, entities) }),
  });
}

function queryFields(types: WireTypes): Fields {
  const queries = operations.filter(({ kind, name }) => kind === 'query' && !elsewhere.has(name));
  return Object.fromEntries(
    queries.map((operation) => [nameOf(operation), queryField(operation, types, leftOut.get(operation.name))]),
  );
}

function mutationFields(types: WireTypes): Fields {
  const commands = operations.filter(({ kind }) => kind === 'command');
  return Object.fromEntries(
    commands.map((operation) => {
      const name = nameOf(operation);
      return [name, mutationField(name, operation, types)];
    }),
  );
}

const nameOf = (operation: Operation) => names.get(operation.name) ?? fieldName(operation);

const names: ReadonlyMap<string, string> = new Map([
  ['task.submit', 'createTask'],
  ['annotation.names', 'annotationTypes'],
]);

/** Arguments of queries that are fields of what is asked for. */
const leftOut: ReadonlyMap<string, readonly string[]> = new Map([['task.show', ['include_dependencies']]]);

/** Fields of tasks, steps and templates, or pages, and not queries of their own. */
const elsewhere: ReadonlySet<string> = new Set([
  'task.list',
  'task.annotated',
  'task.showMany',
  'task.analyseMany',
  'task.explain',
  'task.explainMany',
  'task.history',
  'task.historyMany',
  'step.list',
  'step.listMany',
  'step.explain',
  'step.explainMany',
  'template.list',
  'template.showMany',
  'worker.list',
]);
