import { canonicalSchema, retryAliases, stepAliases, typeAlias } from './canonical-schema.ts';
import { compileShape } from './check-shape.ts';
import type { Dialect } from './dialect.ts';
import { oddEnvironments, overridesIn, unknownSteps } from './environment-overrides.ts';
import { overrideSteps } from './merge-trees.ts';
import type { PlacedProblem } from './placed-problem.ts';
import { entryOf, itemsOf, type Tree, type TreeMap, withEntries, withItems, withValues } from './tree.ts';

/** The plain keys, with a few that have a second name (`depends_on`, `limit`, …). */
export const canonicalDialect: Dialect = {
  validate: () => (compiled ??= compileShape(canonicalSchema)),
  canonicalise(template, environment) {
    const problems: PlacedProblem[] = [];
    const plainSteps = (tree: Tree) =>
      withItems(tree, 'steps', (steps) => steps.map((step) => withoutAliases(step, problems)));
    const plain = plainSteps(template);
    const environments = entryOf(plain, 'environments');
    const plainEnvironments = environments && withValues(environments, plainSteps);
    problems.push(...unknownSteps(plainEnvironments, 'steps', entryOf(plain, 'steps'), [everyStep]));
    const overrides = itemsOf(entryOf(overridesIn(plainEnvironments, environment), 'steps'));
    return {
      template: withoutSpentKeys(withItems(plain, 'steps', (steps) => overrideSteps(steps, overrides, everyStep))),
      problems,
      warnings: oddEnvironments(plainEnvironments),
    };
  },
};

let compiled: ReturnType<typeof compileShape> | undefined;

/** The name of an override that is for all steps. */
const everyStep = 'ALL';

function withoutAliases(step: Tree, problems: PlacedProblem[]): Tree {
  if (step.kind !== 'map') return step;
  const plain = withoutTypeAlias(stepAliases.reduce((map, names) => resolve(map, names, problems), step));
  const retry = entryOf(plain, 'retry');
  if (retry?.kind !== 'map') return plain;
  return withEntries(plain, { retry: retryAliases.reduce((map, names) => resolve(map, names, problems), retry) });
}

function withoutTypeAlias(step: TreeMap): TreeMap {
  const type = entryOf(step, 'type');
  if (type?.kind !== 'scalar' || type.value !== typeAlias.alias) return step;
  return withEntries(step, { type: { ...type, value: typeAlias.type } });
}

interface Alias {
  readonly alias: string;
  readonly key: string;
  readonly factor?: number;
}

function resolve(map: TreeMap, { alias, key, factor = 1 }: Alias, problems: PlacedProblem[]): TreeMap {
  if (!map.entries.has(alias)) return map;
  const value = entryOf(map, alias);
  if (value === undefined) return withEntries(map, { [alias]: undefined });
  if (entryOf(map, key) === undefined) return withEntries(map, { [alias]: undefined, [key]: times(value, factor) });
  // Two spellings of one key: which of them counts would be a guess.
  const message = `\`${alias}\` is another name for \`${key}\`.`;
  problems.push({ code: 'CONFLICTING_KEYS', place: value.place, atKey: true, message, remedy: 'Write one of them.' });
  return withEntries(map, { [alias]: undefined });
}

function times(value: Tree, factor: number): Tree {
  if (value.kind !== 'scalar' || typeof value.value !== 'number' || factor === 1) return value;
  return { ...value, value: Math.round(value.value * factor) };
}

/** Keys that have done their work, or are accepted for the sake of old files only. */
function withoutSpentKeys(template: Tree): Tree {
  if (template.kind !== 'map') return template;
  return withEntries(template, { environments: undefined, task_handler: undefined, loaded_from: undefined });
}
