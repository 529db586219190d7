import type { TemplateProblem, TemplateProblemCode } from '@tasker/contract';
import { formatPath, type JsonPath } from '../../../json/path.ts';
import { type Place, pathOf, placeAt, type Tree } from './tree.ts';

/** A problem (or a warning) with the place it was written at. */
export interface PlacedProblem {
  readonly code: TemplateProblemCode;
  readonly place: Place;
  /** The key itself is the problem, not its value. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly remedy?: string;
}

/** What a check of plain data finds, with the path in that data. */
export interface PathProblem {
  readonly code: TemplateProblemCode;
  readonly path: JsonPath;
  readonly atKey?: boolean;
  readonly message: string;
  readonly remedy?: string;
}

export function placed({ path, ...words }: PathProblem, tree: Tree): PlacedProblem {
  return { place: placeAt(tree, path), ...words };
}

/** Where in the text; undefined if there is none. */
export function offsetOf({ place, atKey = false }: PlacedProblem): number | undefined {
  return atKey ? (place.keyOffset ?? place.offset) : place.offset;
}

export function toTemplateProblem({ code, place, message, remedy }: PlacedProblem): TemplateProblem {
  return { code, path: formatPath(pathOf(place)), message, ...(remedy === undefined ? {} : { remedy }) };
}

/** What an author wrote, as a message can quote it. */
export function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
