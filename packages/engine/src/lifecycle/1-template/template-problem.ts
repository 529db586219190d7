import type { TemplateProblem } from '@tasker/contract';
import { formatPath, type JsonPath } from '../../json/path.ts';

/** A problem with its place in the template as data, so that a reader of text can find the line. */
export interface LocatedProblem {
  readonly path: JsonPath;
  /** The key itself is the problem, not its value. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly remedy?: string;
}

export function toTemplateProblem({ path, message, remedy }: LocatedProblem): TemplateProblem {
  return { path: formatPath(path), message, ...(remedy === undefined ? {} : { remedy }) };
}
