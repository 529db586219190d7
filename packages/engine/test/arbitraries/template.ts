import type { TemplateDocument } from '@tasker/contract';
import type { GraphStep } from '../../src/graph/graph-problems.ts';
import { normaliseTemplate } from '../../src/lifecycle/1-template/template-document.ts';

/** A template of the given graph, everything else by default. */
export function templateOf(steps: readonly GraphStep[]): TemplateDocument {
  return normaliseTemplate({
    name: 'example',
    steps: steps.map(({ name, dependencies }) => ({ name, dependencies, handler: { callable: `handlers.${name}` } })),
  });
}
