import { readTemplate, type TemplateDocument } from '../../src/index.ts';

export interface GraphOptions {
  readonly name?: string;
  readonly namespace?: string;
  readonly version?: string;
  /** More keys of single steps, as in a template. */
  readonly steps?: Readonly<Record<string, object>>;
  /** More keys of every step. */
  readonly every?: object;
  /** More keys of the template. */
  readonly more?: object;
}

/** A template of which each step runs the handler `do`, by the names of the steps each runs after. */
export function graphOf(
  parents: Readonly<Record<string, readonly string[]>>,
  options: GraphOptions = {},
): TemplateDocument {
  const { name = 'graph', namespace = 'default', version = '1.0.0' } = options;
  return readTemplate({
    name,
    namespace_name: namespace,
    version,
    steps: Object.entries(parents).map(([step, dependencies]) => ({
      name: step,
      dependencies,
      handler: { callable: 'do' },
      retry: { backoff: 'none' },
      ...options.every,
      ...options.steps?.[step],
    })),
    ...options.more,
  });
}

/** Steps one after another: s0, s1, … */
export function chainOf(length: number): Record<string, string[]> {
  return Object.fromEntries(Array.from({ length }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
}
