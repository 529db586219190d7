/**
 * The words that the schemas of the dialects are made of. They are JSON Schema with four annotations of ours:
 * `hint`, said instead of a pattern that does not match; `noEffect`, what a warning says about a key that is accepted
 * and does nothing; `elsewhere`, where a key has its place that is unknown in this one; `refused`, why a key that is
 * known in another place must not stand in this one. Everything optional may be left
 * empty (null), as YAML authors do.
 */
export const name = {
  type: 'string',
  maxLength: 64,
  pattern: '^[A-Za-z][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*$',
  hint: 'must begin with a letter and may hold letters (a to z, A to Z), digits, `_`, `.`, `-` and, between parts, `/`',
} as const;

export const text = { type: ['string', 'null'] } as const;
export const label = { type: ['string', 'null'], minLength: 1, maxLength: 255 } as const;
export const flag = { type: ['boolean', 'null'] } as const;
export const freeForm = { type: ['object', 'null'] } as const;
export const names = { type: ['array', 'null'], items: name } as const;
export const attempts = { type: ['integer', 'null'], minimum: 0, maximum: 1_000 } as const;
export const version = { type: ['string', 'null'], maxLength: 64 } as const;
export const callable = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  pattern: '\\S',
  hint: 'must not be blank',
} as const;

/** What the engine may come to do, and does not do yet. */
export const notYet = 'has no effect yet';

/** Nothing the engine waits for by itself is longer than a day. */
export const longestMs = 86_400_000;

/** The schema of what may say the same as a whole and leave out any of it. */
export function withoutRequired<Schema extends { readonly required: readonly string[] }>(
  schema: Schema,
): Omit<Schema, 'required'> {
  const { required: _required, ...rest } = schema;
  return rest;
}
