import type { TemplateProblemCode } from './template-problem-codes.ts';

/** One thing that is wrong with a template. */
export interface TemplateProblem {
  /** What kind of problem it is. */
  readonly code: TemplateProblemCode;
  /** Where, for example `steps[2].retry.backoff`; empty for the template as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly remedy?: string;
  /** The file, and the place in it (both from 1), when the template was read from text. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** One place where data does not fit its schema. */
export interface Violation {
  /** Where, for example `cart_items[0].quantity`; empty for the data as a whole. */
  readonly path: string;
  readonly message: string;
}
