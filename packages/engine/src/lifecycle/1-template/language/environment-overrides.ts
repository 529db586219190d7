import { usualEnvironments } from './environment.ts';
import { createSuggest, nearestName } from './nearest-name.ts';
import type { PlacedProblem } from './placed-problem.ts';
import { entryOf, itemsOf, type Tree, type TreeMap, textOf } from './tree.ts';

/**
 * Overrides of steps that do not exist, in any environment: they are as wrong in those that are not in use.
 *
 * @param steps the template's; undefined: it has none, which is reported elsewhere
 * @param otherNames what may be overridden besides
 */
export function unknownSteps(
  environments: Tree | undefined,
  stepsKey: string,
  steps: Tree | undefined,
  otherNames: readonly string[] = [],
): PlacedProblem[] {
  if (steps === undefined) return [];
  const known = [...itemsOf(steps).flatMap((step) => textOf(entryOf(step, 'name')) ?? []), ...otherNames];
  const names = new Set(known);
  const suggest = createSuggest(known);
  return overridesOf(environments).flatMap(({ environment, overrides }) =>
    itemsOf(entryOf(overrides, stepsKey)).flatMap((override) => {
      const place = entryOf(override, 'name')?.place;
      const name = textOf(entryOf(override, 'name'));
      if (name === undefined || place === undefined || names.has(name)) return [];
      const message = `Environment \`${environment}\` overrides step \`${name}\`, which does not exist.`;
      return [{ code: 'UNKNOWN_OVERRIDE' as const, place, message, ...suggest(name) }];
    }),
  );
}

/** Environments whose names are almost one that is in use everywhere: they would never be picked. */
export function oddEnvironments(environments: Tree | undefined): PlacedProblem[] {
  return overridesOf(environments).flatMap(({ environment, overrides: { place } }) => {
    const nearest = nearestName(environment, usualEnvironments);
    if (nearest === undefined || nearest === environment) return [];
    const message = `The environment \`${environment}\` has an unusual name.`;
    return [{ code: 'ODD_ENVIRONMENT' as const, place, atKey: true, message, remedy: `Did you mean \`${nearest}\`?` }];
  });
}

/** What one environment says; undefined if nothing. */
export function overridesIn(environments: Tree | undefined, environment: string): TreeMap | undefined {
  const overrides = entryOf(environments, environment);
  return overrides?.kind === 'map' ? overrides : undefined;
}

function overridesOf(environments: Tree | undefined): { readonly environment: string; readonly overrides: Tree }[] {
  if (environments?.kind !== 'map') return [];
  return Array.from(environments.entries, ([environment, overrides]) => ({ environment, overrides }));
}
