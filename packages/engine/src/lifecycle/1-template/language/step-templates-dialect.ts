import { compileShape } from './check-shape.ts';
import type { Dialect } from './dialect.ts';
import { oddEnvironments, overridesIn, unknownSteps } from './environment-overrides.ts';
import { mergeMaps, overrideSteps } from './merge-trees.ts';
import { createSuggest } from './nearest-name.ts';
import type { PlacedProblem } from './placed-problem.ts';
import { stepTemplatesSchema } from './step-templates-schema.ts';
import { entryOf, itemsOf, type Place, type Tree, type TreeMap, textOf, withEntries, withItems } from './tree.ts';

/** The language of the older engine: `step_templates`, `handler_class`, `depends_on_step(s)` … */
export const stepTemplatesDialect: Dialect = {
  validate: () => (compiled ??= compileShape(stepTemplatesSchema)),
  canonicalise(template, environment) {
    const environments = entryOf(template, 'environments');
    const merged = withOverrides(template, overridesIn(environments, environment));
    return {
      template: toCanonical(merged),
      problems: [
        ...unknownSteps(environments, 'step_templates', entryOf(template, 'step_templates')),
        ...unlistedNames(merged),
      ],
      warnings: [...oddEnvironments(environments), ...idleNames(merged)],
    };
  },
};

let compiled: ReturnType<typeof compileShape> | undefined;

/** Every key may be overridden; steps are merged by their names. */
function withOverrides(template: Tree, overrides: TreeMap | undefined): Tree {
  if (template.kind !== 'map' || overrides === undefined) return template;
  const steps = itemsOf(entryOf(overrides, 'step_templates'));
  const others = withEntries(overrides, { step_templates: undefined });
  return withItems(mergeMaps(template, others), 'step_templates', (own) => overrideSteps(own, steps));
}

/** `named_steps` lists the names that steps and dependencies may have. */
function unlistedNames(template: Tree): PlacedProblem[] {
  const listed = listedNames(template);
  if (listed === undefined) return [];
  const known = listed.map(({ name }) => name);
  const allowed = new Set(known);
  const suggest = createSuggest(known);
  return itemsOf(entryOf(template, 'step_templates')).flatMap((step) =>
    [entryOf(step, 'name'), ...parentsOf(step)].flatMap((tree) => {
      const name = textOf(tree);
      if (tree === undefined || name === undefined || allowed.has(name)) return [];
      const message = `\`${name}\` is not listed in \`named_steps\`.`;
      return [{ code: 'UNLISTED_NAME' as const, place: tree.place, message, ...suggest(name) }];
    }),
  );
}

function idleNames(template: Tree): PlacedProblem[] {
  const steps = new Set(itemsOf(entryOf(template, 'step_templates')).map((step) => textOf(entryOf(step, 'name'))));
  return (listedNames(template) ?? []).flatMap(({ name, place }) =>
    steps.has(name)
      ? []
      : [{ code: 'IDLE_NAME', place, message: `\`named_steps\` lists \`${name}\`, which no step is called.` }],
  );
}

function listedNames(template: Tree): { readonly name: string; readonly place: Place }[] | undefined {
  const list = entryOf(template, 'named_steps');
  return list && itemsOf(list).map((item) => ({ name: textOf(item) ?? '', place: item.place }));
}

function parentsOf(step: Tree): Tree[] {
  const single = entryOf(step, 'depends_on_step');
  return [...(single === undefined ? [] : [single]), ...itemsOf(entryOf(step, 'depends_on_steps'))];
}

function toCanonical(template: Tree): Tree {
  if (template.kind !== 'map') return template;
  const system = entryOf(template, 'default_dependent_system');
  return mapOf(template.place, {
    name: template.entries.get('name'),
    namespace_name: entryOf(template, 'namespace_name'),
    version: entryOf(template, 'version'),
    description: entryOf(template, 'description'),
    system_dependencies: system && mapOf(system.place, { primary: system }),
    input_schema: entryOf(template, 'schema'),
    steps: withCanonicalSteps(template.entries.get('step_templates')),
  });
}

function withCanonicalSteps(steps: Tree | undefined): Tree | undefined {
  return steps?.kind === 'list' ? { ...steps, items: steps.items.map(toCanonicalStep) } : steps;
}

function toCanonicalStep(step: Tree): Tree {
  if (step.kind !== 'map') return step;
  const { place } = step;
  const callable = step.entries.get('handler_class');
  const parents = parentsOf(step);
  const parentsPlace = (entryOf(step, 'depends_on_steps') ?? parents[0])?.place;
  return mapOf(place, {
    name: step.entries.get('name'),
    description: entryOf(step, 'description'),
    handler: mapOf(place, { callable, initialization: entryOf(step, 'handler_config') }),
    dependencies: parentsPlace && { kind: 'list', place: parentsPlace, items: parents },
    retry: mapOf(place, {
      retryable: entryOf(step, 'default_retryable'),
      max_attempts: entryOf(step, 'default_retry_limit'),
      ...backoff(place),
    }),
    skippable: entryOf(step, 'skippable'),
    system_dependency: entryOf(step, 'dependent_system'),
    custom_events: entryOf(step, 'custom_events'),
  });
}

/** What the older engine waits after failure n: 2^n seconds, at most thirty. Written out, because our default is half. */
function backoff(place: Place): Readonly<Record<string, Tree>> {
  return {
    backoff: { kind: 'scalar', place, value: 'exponential' },
    backoff_base_ms: { kind: 'scalar', place, value: 2_000 },
    max_backoff_ms: { kind: 'scalar', place, value: 30_000 },
  };
}

function mapOf(place: Place, values: Readonly<Record<string, Tree | undefined>>): TreeMap {
  return withEntries({ kind: 'map', place, entries: new Map() }, values);
}
