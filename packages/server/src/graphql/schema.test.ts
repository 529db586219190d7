import { readFileSync } from 'node:fs';
import { GraphQLObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { operations } from '../operations/operations.ts';
import { fieldName } from './operation-field.ts';
import { printedSchema } from './printed-schema.ts';
import { createSchema } from './schema.ts';

it('the schema that is published is the schema that is served: npm run schema:graphql', () => {
  const published = readFileSync(new URL('../../../../docs/reference/schema.graphql', import.meta.url), 'utf8');
  expect(published).toBe(printedSchema());
});

it('every operation is reached by a field', () => {
  const schema = createSchema();
  const named = (type: string) => {
    const found = schema.getType(type);
    return found instanceof GraphQLObjectType ? Object.keys(found.getFields()).map((field) => `${type}.${field}`) : [];
  };
  const fields = new Set(['Query', 'Mutation', 'Task', 'WorkflowStep'].flatMap(named));
  for (const operation of operations) {
    const root = operation.kind === 'command' ? 'Mutation' : 'Query';
    expect(fields).toContain(otherFields.get(operation.name) ?? `${root}.${fieldName(operation)}`);
  }
});

/** Where it is not the field that the name of the operation says. */
const otherFields: ReadonlyMap<string, string> = new Map([
  ['task.submit', 'Mutation.createTask'],
  ['task.showMany', 'Task.context'],
  ['task.analyseMany', 'Task.dependencyAnalysis'],
  ['task.annotated', 'Query.tasksByAnnotation'],
  ['annotation.names', 'Query.annotationTypes'],
  ['task.explain', 'Task.explain'],
  ['task.explainMany', 'Task.explain'],
  ['task.history', 'Task.history'],
  ['task.historyMany', 'Task.history'],
  ['step.list', 'Task.workflowSteps'],
  ['step.listMany', 'Task.workflowSteps'],
  ['step.explain', 'WorkflowStep.explain'],
  ['step.explainMany', 'WorkflowStep.explain'],
  ['template.showMany', 'Task.template'],
]);
