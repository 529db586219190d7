import { isDeepStrictEqual } from 'node:util';
import type { Json, StepDocument, TemplateDocument } from '@tasker/contract';
import { parseJson } from '../../json/parse.ts';
import { formatPath, type JsonPath } from '../../json/path.ts';

/** One place where two templates differ. */
export interface TemplateDifference {
  /** Keys joined by dots; steps go by their names: `steps.charge.retry.max_attempts`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Absent when it was added. */
  readonly before?: Json;
  /** Absent when it was removed. */
  readonly after?: Json;
}

/**
 * What one content of a template has that another has not, key by key; empty exactly when both are the same template.
 * Lists are compared as wholes, but for the steps: those are compared by name. Where steps that both have stand in
 * another order, `steps` itself is changed, from the names in the one order to the names in the other.
 */
export function diffTemplates(before: TemplateDocument, after: TemplateDocument): TemplateDifference[] {
  return [...differences([], comparable(before), comparable(after)), ...differenceOfOrder(before, after)];
}

/** With steps by name instead of in a list. A Map, because steps may have the names of properties that objects inherit. */
function comparable({ steps, ...rest }: TemplateDocument): ReadonlyMap<string, unknown> {
  const byName = new Map<string, unknown>(steps.map(({ name, ...step }) => [name, step]));
  return new Map<string, unknown>([...Object.entries(rest), ['steps', byName]]);
}

function differences(path: JsonPath, before: unknown, after: unknown): TemplateDifference[] {
  const [ours, theirs] = [entriesOf(before), entriesOf(after)];
  if (ours === undefined || theirs === undefined) {
    if (isDeepStrictEqual(before, after)) return [];
    return [{ path: formatPath(path), kind: 'changed', before: toJson(before), after: toJson(after) }];
  }
  const keys = new Set([...ours.keys(), ...theirs.keys()]);
  return [...keys].flatMap((key) => differenceAt([...path, key], ours.get(key), theirs.get(key)));
}

function differenceAt(path: JsonPath, before: unknown, after: unknown): TemplateDifference[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path: formatPath(path), kind: 'added', after: toJson(after) }];
  if (after === undefined) return [{ path: formatPath(path), kind: 'removed', before: toJson(before) }];
  return differences(path, before, after);
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map<string, unknown>(Object.entries(value));
}

function differenceOfOrder(before: TemplateDocument, after: TemplateDocument): TemplateDifference[] {
  const [ours, theirs] = [commonNames(before.steps, after.steps), commonNames(after.steps, before.steps)];
  return isDeepStrictEqual(ours, theirs) ? [] : [{ path: 'steps', kind: 'changed', before: ours, after: theirs }];
}

function commonNames(of: readonly StepDocument[], others: readonly StepDocument[]): string[] {
  const known = new Set(others.map(({ name }) => name));
  return of.flatMap(({ name }) => (known.has(name) ? [name] : []));
}

/** Parts of a template are JSON; undefined keys, which it may have, are not. */
function toJson(value: unknown): Json {
  return parseJson(JSON.stringify(value));
}
