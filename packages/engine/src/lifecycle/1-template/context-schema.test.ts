import { describe, expect, it } from 'vitest';
import { compileContextValidator, validateContext } from './context-schema.ts';

const schema = {
  type: 'object',
  required: ['cart', 'email'],
  properties: {
    cart: { type: 'array', minItems: 1 },
    email: { type: 'string' },
    currency: { type: 'string', default: 'USD' },
  },
};

describe('a context', () => {
  it('CORE-16: has all its violations reported at once', () => {
    expect(validateContext(schema, { cart: [], currency: 5 }).violations).toEqual([
      { path: 'email', message: 'is required' },
      { path: 'cart', message: 'must NOT have fewer than 1 items' },
      { path: 'currency', message: 'must be string' },
    ]);
  });

  it('CORE-17: may be empty when the schema allows it, or there is none', () => {
    expect(validateContext({ type: 'object' }, {})).toEqual({ context: {}, violations: [] });
    expect(validateContext(undefined, {})).toEqual({ context: {}, violations: [] });
  });

  it('CORE-18: is stored with the defaults of its schema, and the one given is left alone', () => {
    const given = Object.freeze({ cart: [1], email: 'a@example.com' });
    const { context, violations } = compileContextValidator(schema)(given);
    expect(violations).toEqual([]);
    expect(context).toEqual({ cart: [1], email: 'a@example.com', currency: 'USD' });
    expect(given).not.toHaveProperty('currency');
  });

  it('may have properties that the schema does not mention', () => {
    expect(validateContext(schema, { cart: [1], email: 'x', extra: true }).violations).toEqual([]);
  });
});
