import type { TemplateDocument } from '@tasker/contract';
import { readTemplate } from '@tasker/engine';

export const benchShapes = ['linear', 'wide'] as const;
export type BenchShape = (typeof benchShapes)[number];

export const benchHandlers = { 'bench.nothing': () => ({}) };

/**
 * Tasks whose handlers do nothing, so that what is measured is what the engine adds. `linear`: one step after another;
 * `wide`: all at once, but for the first and the last, which waits for them.
 */
export function benchTemplate(shape: BenchShape, steps: number): TemplateDocument {
  const names = Array.from({ length: steps }, (_, index) => `step_${index + 1}`);
  return readTemplate({
    namespace_name: 'bench',
    name: shape,
    version: '1.0.0',
    steps: names.map((name, index) => ({
      name,
      handler: { callable: 'bench.nothing' },
      dependencies: parentsOf(shape, names, index),
    })),
  });
}

function parentsOf(shape: BenchShape, names: readonly string[], index: number): readonly string[] {
  if (index === 0) return [];
  if (shape === 'linear') return names.slice(index - 1, index);
  return index === names.length - 1 ? names.slice(1, -1) : names.slice(0, 1);
}
