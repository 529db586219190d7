import { canonicalDialect } from './canonical-dialect.ts';
import type { Dialect } from './dialect.ts';
import { stepTemplatesDialect } from './step-templates-dialect.ts';
import type { Tree } from './tree.ts';

/** The dialect that a template is written in, by the name of its list of steps, or else by keys that only one has. */
export function chooseDialect(template: Tree): Dialect {
  if (template.kind !== 'map') return canonicalDialect;
  const keys = template.entries;
  if (keys.has('step_templates')) return stepTemplatesDialect;
  if (keys.has('steps')) return canonicalDialect;
  return onlyOlder.some((key) => keys.has(key)) ? stepTemplatesDialect : canonicalDialect;
}

const onlyOlder = ['task_handler_class', 'default_dependent_system', 'named_steps', 'module_namespace'];
