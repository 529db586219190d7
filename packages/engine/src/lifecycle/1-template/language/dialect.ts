import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { PlacedProblem } from './placed-problem.ts';
import type { Tree } from './tree.ts';

/** One way to write templates. */
export interface Dialect {
  /** Holds a template against the schema of the dialect. */
  readonly validate: () => ValidateFunction;
  /**
   * Brings a template to the canonical keys, without aliases and with the overrides of one environment merged in. Does
   * what it can with trees that do not have the shape of the dialect: other checks follow, whose findings belong in the
   * same report.
   */
  readonly canonicalise: (template: Tree, environment: string) => Canonical;
}

export interface Canonical {
  readonly template: Tree;
  readonly problems: readonly PlacedProblem[];
  readonly warnings: readonly PlacedProblem[];
}
