import { describe, expect, it } from 'vitest';
import { compileSchema, maxViolations, schemaFaults } from './schema.ts';

describe('a JSON Schema', () => {
  it('reports every violation at its place', () => {
    const { check } = compileSchema({
      type: 'object',
      required: ['email', 'cart'],
      additionalProperties: false,
      properties: {
        email: { type: 'string', format: 'email' },
        tier: { enum: ['standard', 'premium'] },
        cart: {
          type: 'array',
          items: { type: 'object', required: ['id'], properties: { quantity: { type: 'integer', minimum: 1 } } },
        },
      },
    });
    expect(check({ email: 'nobody', tier: 'gold', cart: [{ id: 1, quantity: 0 }, {}], phone: '1' })).toEqual([
      { path: 'phone', message: 'is not a known property' },
      { path: 'email', message: 'must match format "email"' },
      { path: 'tier', message: 'must be one of "standard", "premium"' },
      { path: 'cart[0].quantity', message: 'must be >= 1' },
      { path: 'cart[1].id', message: 'is required' },
    ]);
    expect(check({})).toEqual([
      { path: 'email', message: 'is required' },
      { path: 'cart', message: 'is required' },
    ]);
  });

  it('fills in its defaults', () => {
    const data = { nested: {} };
    const { check } = compileSchema({
      properties: { currency: { default: 'USD' }, nested: { properties: { on: { default: true } } } },
    });
    expect(check(data)).toEqual([]);
    expect(data).toEqual({ currency: 'USD', nested: { on: true } });
  });

  it('may use keywords of other tools, and 2020-12 or draft-07', () => {
    const strings = { 'x-widget': 'slider', prefixItems: [{ type: 'string' }] };
    expect(compileSchema(strings).check([1])).toEqual([{ path: '[0]', message: 'must be string' }]);
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] };
    expect(compileSchema(draft7).check([1])).toEqual([{ path: '[0]', message: 'must be string' }]);
  });

  it('is compiled once for equal content, even in another order of keys', () => {
    expect(compileSchema({ type: 'object', minProperties: 1 })).toBe(
      compileSchema({ minProperties: 1, type: 'object' }),
    );
  });

  it('may share its $id with a different schema of another template', () => {
    const first = compileSchema({ $id: 'https://example.com/order', type: 'object' });
    const second = compileSchema({ $id: 'https://example.com/order', type: 'array' });
    expect([first.check({}), second.check([])]).toEqual([[], []]);
  });

  it.each([{ type: 'strange' }, { $ref: '#/$defs/missing' }, { pattern: '(' }])(
    'that is no schema is refused: %j',
    (schema) => {
      expect(() => compileSchema(schema)).toThrow(Error);
    },
  );

  it('never lists more violations than somebody would read', () => {
    const violations = compileSchema({ items: { type: 'string' } }).check(Array.from({ length: 500 }, () => 1));
    expect(violations).toHaveLength(maxViolations + 1);
    expect(violations.at(-1)?.message).toBe('has 400 further violations');
  });
});

describe('what is no JSON Schema', () => {
  it('has its faults pointed out where they are', () => {
    expect(schemaFaults({ type: 'object', properties: { a: { type: 'strange' }, b: { minimum: 'x' } } })).toEqual([
      {
        path: ['properties', 'a', 'type'],
        message: 'must be one of array, boolean, integer, null, number, object, string',
      },
      { path: ['properties', 'b', 'minimum'], message: 'must be number' },
    ]);
    expect(schemaFaults({ $schema: 'http://json-schema.org/draft-07/schema#', required: 'a' })).toEqual([
      { path: ['required'], message: 'must be array' },
    ]);
  });

  it('may have the right form and still not compile', () => {
    expect(schemaFaults({ $ref: '#/nowhere' })).toEqual([
      { path: [], message: "can't resolve reference #/nowhere from id #" },
    ]);
    expect(schemaFaults({ type: 'string', pattern: '(' })).toMatchObject([
      { path: [], message: expect.stringContaining('(') },
    ]);
    expect(schemaFaults({ type: 'object' })).toEqual([]);
  });
});
