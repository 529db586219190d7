import type { JsonObject } from '@tasker/contract';
import { expect, it } from 'vitest';
import { breakingChanges } from './breaking-changes.ts';
import { readTemplate } from './read-template.ts';

const context = (schema: JsonObject) => template({ input_schema: schema });
const result = (schema: JsonObject) => template({}, { result_schema: schema });

function template(more: object, ofStep: object = {}) {
  return readTemplate({ name: 't', ...more, steps: [{ name: 'a', handler: { callable: 'a' }, ...ofStep }] });
}

function properties(property: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { id: property }, ...more };
}

const described = properties({ type: 'integer' });

it.each<[string, JsonObject, JsonObject, string[], number?]>([
  ['a key becomes required', described, { ...described, required: ['id'] }, ['input_schema: `id` must be there now.']],
  [
    'a type is lost',
    properties({ type: ['string', 'null'] }),
    properties({ type: 'string' }),
    ['input_schema.properties.id: It may not be null any more.'],
  ],
  [
    'a type is another',
    described,
    properties({ type: 'string' }),
    ['input_schema.properties.id: It may not be integer any more.'],
    1,
  ],
  [
    'a type is given',
    properties({}),
    described,
    ['input_schema.properties.id: It may not be anything but integer any more.'],
  ],
  [
    'a value is lost',
    properties({ enum: ['a', 'b'] }),
    properties({ enum: ['a', 'c'] }),
    ['input_schema.properties.id: It may not be `"b"` any more.'],
    1,
  ],
  [
    'values are listed',
    properties({ type: 'string' }),
    properties({ type: 'string', const: 'a' }),
    ['input_schema.properties.id: It may not be anything but `"a"` any more.'],
  ],
  [
    'a bound is tighter',
    properties({ minimum: 0, maxLength: 9 }),
    properties({ minimum: 1, maxLength: 8 }),
    [
      'input_schema.properties.id: `minimum` lets less through than before.',
      'input_schema.properties.id: `maxLength` lets less through than before.',
    ],
  ],
  [
    'a pattern is another',
    properties({ pattern: 'a' }),
    properties({ pattern: 'b' }),
    ['input_schema.properties.id: `pattern` lets less through than before.'],
    1,
  ],
  [
    'keys are closed out',
    described,
    { type: 'object', properties: {}, additionalProperties: false },
    ['input_schema: `id` is not taken any more.', 'input_schema: `any other key` is not taken any more.'],
  ],
  [
    'items are narrower',
    properties({ type: 'array', items: { type: 'number' } }),
    properties({ type: 'array', items: { type: 'integer' } }),
    ['input_schema.properties.id.items: It may not be number any more.'],
  ],
])(
  'TC-125: a context breaks when %s, and a result when it goes the other way',
  (_, before, after, said, backwards = 0) => {
    const changes = breakingChanges(context(before), context(after)).map(({ path, message }) => `${path}: ${message}`);
    expect(changes).toEqual(said);
    // what is lost in both directions breaks in both
    expect(breakingChanges(context(after), context(before))).toHaveLength(backwards);
    const isClosed = said.some((each) => each.includes('taken'));
    expect(breakingChanges(result(after), result(before)).length).toBe(isClosed ? 0 : said.length);
  },
);

it('TC-125: a result is told in the words of those who read it', () => {
  const before = result(properties({ type: 'integer', enum: [1, 2] }, { required: ['id'] }));
  const after = result(properties({ type: ['integer', 'string'], enum: [1, 'x'] }));
  expect(breakingChanges(before, after)).toEqual([
    { path: 'steps.a.result_schema', message: '`id` may be missing now.' },
    { path: 'steps.a.result_schema.properties.id', message: 'It may be string now.' },
    { path: 'steps.a.result_schema.properties.id', message: 'It may be `"x"` now.' },
  ]);
});

it('TC-125: a step that goes, or can no longer be passed over, and another identity break those who rely on them', () => {
  const before = template({}, { skippable: true });
  expect(breakingChanges(before, template({ identity_strategy: 'strict' }))).toEqual([
    { path: 'identity_strategy', message: 'The same context is refused now when it comes again.' },
    { path: 'steps.a.skippable', message: 'A submission may not pass the step over any more.' },
  ]);
  expect(breakingChanges(before, template({ identity_strategy: 'caller_provided' }, { name: 'b' }))).toEqual([
    { path: 'identity_strategy', message: 'Every submission needs an idempotency key now.' },
    { path: 'steps.a', message: 'The step is gone, and its result with it.' },
  ]);
});

it('breaks nothing to add an optional key, a default, a step or a result', () => {
  const before = context(described);
  const more = {
    properties: { id: { type: 'integer' }, note: { type: 'string' }, kind: { default: 'a' } },
    required: ['kind'],
  };
  expect(breakingChanges(before, context({ ...described, ...more }))).toEqual([]);
  expect(breakingChanges(template({}), result(described))).toEqual([]);
  expect(breakingChanges(before, before)).toEqual([]);
});
