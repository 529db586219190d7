import { getIntrospectionQuery, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { checkSize, checkWeight } from './limits.ts';
import { createSchema } from './schema.ts';

const schema = createSchema();

it.each([
  [
    'what a dashboard asks',
    '{ tasks(first: 50) { nodes { taskId status workflowSteps { name status parents { name } } } } }',
  ],
  ['a large page of little', '{ tasks(first: 100) { nodes { taskId name status template { fullName } } } }'],
  ['introspection', getIntrospectionQuery()],
  [
    'values that are deep, within reason',
    `{ tasksByAnnotation(annotationType: "a", annotationValue: ${nested(60)}) { nodes { taskId } } }`,
  ],
])('%s is taken', (_, query) => {
  expect(check(query)).toBeUndefined();
});

it.each([
  ['fields within fields', `{ step(taskId: "x", stepId: "a") { ${deep(16)} } }`, /levels deep; up to 15/],
  ['fields within fields, hidden in fragments', chain(16), /levels deep; up to 15/],
  [
    'pages of lists of lists',
    `{ tasks(first: 100) { nodes { workflowSteps { ${deep(3)} } } } }`,
    /ask for smaller pages/i,
  ],
  [
    'the same with a page that is a variable',
    `query ($n: Int) { tasks(first: $n) { nodes { workflowSteps { ${deep(3)} } } } }`,
    /smaller pages/,
  ],
  [
    'the same behind edges',
    `{ tasks(first: 100) { edges { node { workflowSteps { ${deep(3)} } } } } }`,
    /smaller pages/,
  ],
  ['fragments that double each other', doubling(20), /smaller pages|levels deep/],
  [
    'many aliases',
    `{ ${Array.from({ length: 1001 }, (_, n) => `a${n}: metrics`).join(' ')} }`,
    /1001 fields; up to 1000/,
  ],
  [
    'values within values',
    `{ tasksByAnnotation(annotationType: "a", annotationValue: ${nested(70)}) { nodes { taskId } } }`,
    /nested deeper than 64/,
  ],
])('%s are refused', (_, query, problem) => {
  expect(check(query, { n: 100 })?.message).toMatch(problem);
});

function check(query: string, variables: Readonly<Record<string, unknown>> = {}) {
  const document = parse(query);
  const size = checkSize(document);
  if (size !== undefined) return size;
  expect(validate(schema, document)).toEqual([]);
  const [operation] = document.definitions.filter((each): each is OperationDefinitionNode => 'operation' in each);
  if (operation === undefined) throw new Error('no operation');
  return checkWeight(schema, document, operation, variables);
}

/** Parents of steps within each other. */
function deep(levels: number): string {
  return levels === 0 ? 'name' : `parents { ${deep(levels - 1)} }`;
}

function chain(levels: number): string {
  const fragments = Array.from(
    { length: levels },
    (_, n) => `fragment f${n} on WorkflowStep { parents { ${n === levels - 1 ? 'name' : `...f${n + 1}`} } }`,
  );
  return `{ step(taskId: "x", stepId: "a") { ...f0 } } ${fragments.join(' ')}`;
}

/** Fragments that each use the next one twice: two to the power of `levels` fields. */
function doubling(levels: number): string {
  const fragments = Array.from({ length: levels }, (_, n) => {
    const inside = n === levels - 1 ? 'name' : `...f${n + 1}`;
    return `fragment f${n} on WorkflowStep { a${n}: task { ...g${n} } b${n}: task { ...g${n} } } fragment g${n} on Task { workflowSteps { ${inside} } }`;
  });
  return `{ step(taskId: "x", stepId: "a") { ...f0 } } ${fragments.join(' ')}`;
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}
