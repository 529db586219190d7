import { GraphQLError, GraphQLScalarType, valueFromASTUntyped } from 'graphql';

export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, written as such: `{a: 1}` in a query, `{"a": 1}` among variables. Not a text of JSON.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => plain(valueFromASTUntyped(node, variables)),
});

/** What is read off a query has no prototypes; the rest of the world expects them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]: [string, unknown]) => [key, plain(each)]));
}

export const timeScalar = new GraphQLScalarType<string, string>({
  name: 'ISO8601DateTime',
  description: 'A time such as `2026-11-20T14:00:00Z`; in answers always in UTC.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: text,
  parseValue: text,
});

/** Whether it is a time is for the operation to say. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError('A time must be a text such as "2026-11-20T14:00:00Z".');
}
