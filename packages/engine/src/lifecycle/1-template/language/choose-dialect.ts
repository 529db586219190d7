import { canonicalDialect } from './canonical-dialect.ts';
import { canonicalSchema } from './canonical-schema.ts';
import type { Dialect } from './dialect.ts';
import { stepTemplatesDialect } from './step-templates-dialect.ts';
import { stepTemplatesSchema } from './step-templates-schema.ts';
import { entryOf, itemsOf, type Tree } from './tree.ts';

/**
 * The dialect that a template is written in: the one with most of its keys and of its first step's. A slip in one key,
 * even in the name of the list of steps, does not make it another dialect.
 */
export function chooseDialect(template: Tree): Dialect {
  const [step] = [...itemsOf(entryOf(template, 'steps')), ...itemsOf(entryOf(template, 'step_templates'))];
  const canonical = keysIn(template, canonicalTemplate) + keysIn(step, canonicalStep);
  const older = keysIn(template, olderTemplate) + keysIn(step, olderStep);
  return older > canonical ? stepTemplatesDialect : canonicalDialect;
}

const canonicalTemplate: ReadonlySet<string> = new Set(Object.keys(canonicalSchema.properties));
const canonicalStep: ReadonlySet<string> = new Set(Object.keys(canonicalSchema.properties.steps.items.properties));
const olderTemplate: ReadonlySet<string> = new Set(Object.keys(stepTemplatesSchema.properties));
const olderStep: ReadonlySet<string> = new Set(
  Object.keys(stepTemplatesSchema.properties.step_templates.items.properties),
);

function keysIn(tree: Tree | undefined, known: ReadonlySet<string>): number {
  return tree?.kind === 'map' ? [...tree.entries.keys()].filter((key) => known.has(key)).length : 0;
}
