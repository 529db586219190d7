import type { JsonPath } from '../../../json/path.ts';

/**
 * A template as data in which every value knows where its author wrote it. Dialects rename, move and merge parts of
 * trees, and a problem that is found afterwards still has its line and column. Maps and lists are never changed, only
 * built anew; the value of a scalar is, while the tree has one owner: variables are put in, and text becomes a number.
 */
export type Tree = TreeMap | TreeList | TreeScalar;

export interface TreeMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Tree>;
}

export interface TreeList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface TreeScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  value: unknown;
  /** The text came out of a variable, so it becomes a number where the language wants one. */
  fromVariable?: boolean;
}

/** Where a value was written: the way to it in the author's words, and the offsets if there is a text. */
export interface Place {
  readonly parent?: Place;
  /** The key or index under `parent`. */
  readonly segment?: string | number;
  readonly offset?: number;
  /** Of the key, for a value in a map. */
  readonly keyOffset?: number;
}

export function pathOf(place: Place): JsonPath {
  const path: (string | number)[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    if (at.segment !== undefined) path.unshift(at.segment);
  }
  return path;
}

/** The place of what is at the path, or of what would hold it if it were there. */
export function placeAt(tree: Tree, path: JsonPath): Place {
  let at: Tree = tree;
  for (const segment of path) {
    const next: Tree | undefined = childOf(at, segment);
    if (next === undefined) break;
    at = next;
  }
  return at.place;
}

/** What is at the path. */
export function nodeAt(tree: Tree | undefined, path: JsonPath): Tree | undefined {
  return path.reduce<Tree | undefined>((at, segment) => at && childOf(at, segment), tree);
}

function childOf(tree: Tree, segment: string | number): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(segment));
  return tree.kind === 'list' ? tree.items[Number(segment)] : undefined;
}

/** The value of a key, if this is a map, the key is there, and it is not left empty. */
export function entryOf(tree: Tree | undefined, key: string): Tree | undefined {
  const value = tree?.kind === 'map' ? tree.entries.get(key) : undefined;
  return value === undefined || isNull(value) ? undefined : value;
}

/** The items of a list; of anything else, none. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** The data without the places. */
export function toData(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toData);
    case 'map':
      return mapToData(tree);
  }
}

/** One by one, because templates have tens of thousands of entries; `__proto__` is a key like any other. */
function mapToData({ entries }: TreeMap): object {
  const data: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (key === '__proto__') Object.defineProperty(data, key, { ...ownProperty, value: toData(value) });
    else data[key] = toData(value);
  }
  return data;
}

const ownProperty = { configurable: true, enumerable: true, writable: true };

/** The map with other values under some keys; undefined takes the key away. */
export function withEntries(map: TreeMap, changes: Readonly<Record<string, Tree | undefined>>): TreeMap {
  const entries = new Map(map.entries);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  return { kind: 'map', place: map.place, entries };
}

/** The map with another list under a key, if there is a list. */
export function withItems(tree: Tree, key: string, change: (items: readonly Tree[]) => readonly Tree[]): Tree {
  const list = entryOf(tree, key);
  if (tree.kind !== 'map' || list?.kind !== 'list') return tree;
  return withEntries(tree, { [key]: { ...list, items: change(list.items) } });
}

/** The map with every value changed; anything else as it is. */
export function withValues(tree: Tree, change: (value: Tree) => Tree): Tree {
  if (tree.kind !== 'map') return tree;
  return { ...tree, entries: new Map(Array.from(tree.entries, ([key, value]) => [key, change(value)])) };
}

/** The tree without what stands at some places. */
export function withoutPlaces(tree: Tree, places: ReadonlySet<Place>): Tree {
  const stays = (child: Tree) => !places.has(child.place);
  if (places.size === 0 || tree.kind === 'scalar') return tree;
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.filter(stays).map((item) => withoutPlaces(item, places)) };
  }
  const entries = [...tree.entries].filter(([, value]) => stays(value));
  return { ...tree, entries: new Map(entries.map(([key, value]) => [key, withoutPlaces(value, places)])) };
}
