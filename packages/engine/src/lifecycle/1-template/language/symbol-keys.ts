/**
 * Keys whose content belongs to handlers, or to a language of its own: whatever stands in there stays as it is written,
 * and may hold any key.
 */
const freeFormKeys: ReadonlySet<string> = new Set([
  'initialization',
  'handler_config',
  'configuration',
  'input_schema',
  'result_schema',
  'schema',
  'composition',
  'data_classification',
]);

/** How the keys of a map are to be read: some exports write every key of the language as a symbol (`:name:`). */
export interface KeyStyle {
  /** Whether a leading colon means nothing here. */
  readonly strips: boolean;
}

export const languageKeys: KeyStyle = { strips: true };
const keysAsWritten: KeyStyle = { strips: false };

export function readKey(written: string, style: KeyStyle): string {
  return style.strips && /^:./.test(written) ? written.slice(1) : written;
}

/** The style of the keys below a key. Below `metadata`, which is free to hold anything, exports write symbols too. */
export function styleBelow(written: string, style: KeyStyle): KeyStyle {
  const key = readKey(written, style);
  if (freeFormKeys.has(key) || (key === 'metadata' && key === written)) return keysAsWritten;
  return style;
}

export function isFreeForm(key: string): boolean {
  return freeFormKeys.has(key) || key === 'metadata';
}
