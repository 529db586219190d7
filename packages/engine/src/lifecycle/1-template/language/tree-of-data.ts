import type { Json } from '@tasker/contract';
import { isJsonObject } from '../../../json/parse.ts';
import { type KeyStyle, languageKeys, readKey, styleBelow } from './symbol-keys.ts';
import type { Place, Tree } from './tree.ts';

/** Data that came without a text, as a tree whose places are paths. */
export function treeOfData(data: Json, place: Place = {}, style: KeyStyle = languageKeys): Tree {
  if (isJsonList(data)) {
    const items = data.map((item, segment) => treeOfData(item, { parent: place, segment }, style));
    return { kind: 'list', place, items };
  }
  if (!isJsonObject(data)) return { kind: 'scalar', place, value: data };
  const entries = new Map<string, Tree>();
  for (const [written, value] of Object.entries(data)) {
    const read = readKey(written, style);
    // Both spellings of one key: the symbol stays what it is, and will be reported as unknown.
    const segment = Object.hasOwn(data, read) ? written : read;
    entries.set(segment, treeOfData(value, { parent: place, segment }, styleBelow(written, style)));
  }
  return { kind: 'map', place, entries };
}

function isJsonList(data: Json): data is readonly Json[] {
  return Array.isArray(data);
}
