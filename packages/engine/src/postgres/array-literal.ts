import type { SqlValue } from './database.ts';

/**
 * PostgreSQL array literals, built as text: the driver's own encoding of JavaScript arrays costs several times as
 * much, and the hot statements pass nothing but arrays.
 */
export type ArrayLiteral = string & SqlValue;

/** Numbers, booleans, uuids and other values that need no quoting. */
export function plainArray(values: readonly (string | number | boolean)[]): ArrayLiteral {
  return `{${values.join(',')}}`;
}

/** Any text, JSON among it. `null` becomes SQL NULL. */
export function textArray(values: readonly (string | null)[]): ArrayLiteral {
  let literal = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) literal += ',';
    literal += value == null ? 'null' : `"${value.replace(/["\\]/g, '\\$&')}"`;
  }
  return `${literal}}`;
}
