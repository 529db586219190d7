/**
 * Fields of data that came from outside, one at a time: the value if it is of the type asked for, else undefined. The
 * caller decides what a missing one means.
 */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Text that says something. */
export function textIn(fields: Fields | undefined, key: string): string | undefined {
  const value = fields?.[key];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function numberIn(fields: Fields | undefined, key: string): number | undefined {
  const value = fields?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function integerIn(fields: Fields | undefined, key: string): number | undefined {
  const value = numberIn(fields, key);
  return Number.isSafeInteger(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
