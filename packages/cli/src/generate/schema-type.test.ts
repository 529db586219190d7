import { expect, it } from 'vitest';
import { createNames } from './identifiers.ts';
import { schemaType } from './schema-type.ts';

const typeOf = (schema: Parameters<typeof schemaType>[0], defaultsFilled = false) =>
  schemaType(schema, { name: 'It', uniqueName: createNames(), defaultsFilled });

it.each([
  [{}, 'unknown'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
  [{ type: 'string', enum: ['a'] }, '"a"'],
  [{ const: true }, 'true'],
  [{ type: 'array', items: { type: ['string', 'number'] } }, 'readonly (string | number)[]'],
  [{ type: 'array' }, 'readonly unknown[]'],
  [
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false, minItems: 1 },
    'readonly [string, (number)?]',
  ],
  [{ type: 'object' }, '{ readonly [key: string]: unknown }'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ readonly [key: string]: number }'],
  [{ type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
  [{ anyOf: [{ type: 'string' }, {}] }, 'unknown'],
  [{ type: 'object', required: ['a'], anyOf: [{ required: ['b'] }] }, '{\n  readonly a: unknown;\n}'],
  [{ properties: { a: { $ref: '#' } } }, '{\n  readonly a?: It;\n}'],
  [
    { properties: { 'a-b': { type: 'string', description: 'no */ end' } } },
    '{\n  /** no *\\/ end */\n  readonly "a-b"?: string;\n}',
  ],
] as const)('%j is %s', (schema, type) => {
  expect(typeOf(schema).type).toBe(type);
});

it('parts that are referred to are declared once, however they refer to each other', () => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } };
  const schema = { properties: { head: { $ref: '#/$defs/node' }, lost: { $ref: '#/nowhere' } }, $defs: { node } };
  expect(typeOf(schema)).toEqual({
    type: '{\n  readonly head?: ItNode;\n  readonly lost?: unknown;\n}',
    declarations: ['export type ItNode = {\n  readonly next?: ItNode;\n};'],
  });
});

it('what has a default is there once it has been put in', () => {
  const schema = { properties: { a: { type: 'string', default: 'x' } } };
  expect(typeOf(schema, true).type).toContain('readonly a: string');
  expect(typeOf(schema).type).toContain('readonly a?: string');
});
