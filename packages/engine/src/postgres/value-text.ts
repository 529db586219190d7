import type { SqlValue } from './database.ts';

/** A value as the text that the server converts, in the way of the driver of the real server. */
export function valueText(value: SqlValue): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return isList(value) ? `{${value.map(elementText).join(',')}}` : String(value);
}

/** Quoted, so that no text is taken for NULL or for the end of the list; lists in lists are not. */
function elementText(value: SqlValue): string {
  const text = valueText(value);
  if (text === null) return 'null';
  return isList(value) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function isList(value: SqlValue): value is readonly SqlValue[] {
  return Array.isArray(value);
}
