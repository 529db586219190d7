import { isFreeForm } from './symbol-keys.ts';
import { entryOf, isNull, type Tree, type TreeMap, textOf, withEntries } from './tree.ts';

/**
 * What the second tree says over the first: maps are merged key by key, everything else is replaced. A key of the
 * language that is left empty says nothing; inside a handler's configuration, null is a value like any other.
 */
export function mergeMaps(base: TreeMap, over: TreeMap, freeForm = false): TreeMap {
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    if (!isNull(value) || freeForm) entries.set(key, mergeTrees(entries.get(key), value, freeForm || isFreeForm(key)));
  }
  return { kind: 'map', place: base.place, entries };
}

/**
 * Merges overrides into the steps of the same names, in the order of the overrides.
 *
 * @param everyStep the name of an override that is for all steps
 */
export function overrideSteps(steps: readonly Tree[], overrides: readonly Tree[], everyStep?: string): Tree[] {
  const merged = [...steps];
  const positionsByName = new Map<string | undefined, number[]>([[everyStep, [...steps.keys()]]]);
  for (const [position, step] of steps.entries()) {
    const name = nameOf(step);
    const known = positionsByName.get(name);
    if (known === undefined) positionsByName.set(name, [position]);
    else if (name !== everyStep) known.push(position);
  }
  for (const override of overrides) {
    const name = nameOf(override);
    if (override.kind !== 'map' || name === undefined) continue;
    const changes = withEntries(override, { name: undefined });
    for (const position of positionsByName.get(name) ?? []) {
      const step = merged[position];
      if (step?.kind === 'map') merged[position] = mergeMaps(step, changes);
    }
  }
  return merged;
}

function nameOf(step: Tree): string | undefined {
  return textOf(entryOf(step, 'name'));
}

function mergeTrees(base: Tree | undefined, over: Tree, freeForm: boolean): Tree {
  return base?.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over, freeForm) : over;
}
