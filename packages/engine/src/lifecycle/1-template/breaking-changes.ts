import type { JsonObject, TemplateDocument } from '@tasker/contract';
import { formatPath, type JsonPath } from '../../json/path.ts';
import { type Narrowing, narrowings } from './schema-narrowing.ts';

/** What somebody relies on who submits tasks of a template or reads their results, and cannot any more. */
export interface BreakingChange {
  /** As in {@link TemplateDifference}. */
  readonly path: string;
  readonly message: string;
}

/**
 * What breaks for others from one content of a template to another: contexts that were taken and are not any more,
 * results that may look otherwise than was said, and steps that are gone. Compares what schemas say in so many words
 * (types, required keys, listed values, bounds, patterns, keys that are closed out); alternatives (`oneOf`, `if` …) are
 * not looked into, so an empty list is no proof.
 */
export function breakingChanges(before: TemplateDocument, after: TemplateDocument): BreakingChange[] {
  const known = new Map(after.steps.map((step) => [step.name, step]));
  return [
    ...identityBreaks(before, after),
    ...contextBreaks(before.input_schema, after.input_schema),
    ...before.steps.flatMap((step) => {
      const path = ['steps', step.name];
      const now = known.get(step.name);
      if (now === undefined) return [{ path: formatPath(path), message: 'The step is gone, and its result with it.' }];
      const bypass =
        step.skippable && !now.skippable
          ? [{ path: formatPath([...path, 'skippable']), message: 'A submission may not pass the step over any more.' }]
          : [];
      return [...bypass, ...resultBreaks(step.result_schema, now.result_schema, [...path, 'result_schema'])];
    }),
  ];
}

function identityBreaks(before: TemplateDocument, after: TemplateDocument): BreakingChange[] {
  if (before.identity_strategy === after.identity_strategy) return [];
  const path = 'identity_strategy';
  if (after.identity_strategy === 'caller_provided')
    return [{ path, message: 'Every submission needs an idempotency key now.' }];
  return after.identity_strategy === 'strict'
    ? [{ path, message: 'The same context is refused now when it comes again.' }]
    : [];
}

/** Those who submit must be able to go on as they did: what was taken is taken. */
function contextBreaks(before: JsonObject | undefined, after: JsonObject | undefined): BreakingChange[] {
  return narrowings(before ?? {}, after ?? {}).map((found) => at(['input_schema'], found, wordsForContext(found)));
}

/** Those who read must be able to go on as they did: what may come was said before. */
function resultBreaks(before: JsonObject | undefined, after: JsonObject | undefined, path: JsonPath): BreakingChange[] {
  return narrowings(after ?? {}, before ?? {}).flatMap((found) => {
    const words = wordsForResult(found);
    return words === undefined ? [] : [at(path, found, words)];
  });
}

function at(path: JsonPath, { path: below }: Narrowing, message: string): BreakingChange {
  return { path: formatPath([...path, ...below]), message };
}

function wordsForContext({ kind, what }: Narrowing): string {
  switch (kind) {
    case 'required':
      return `\`${what}\` must be there now.`;
    case 'closed':
      return `\`${what}\` is not taken any more.`;
    case 'lost':
      return `It may not be ${what} any more.`;
    case 'bounded':
      return `\`${what}\` lets less through than before.`;
  }
}

/** Undefined for what no reader minds: a key that comes besides. */
function wordsForResult({ kind, what }: Narrowing): string | undefined {
  switch (kind) {
    case 'required':
      return `\`${what}\` may be missing now.`;
    case 'closed':
      return undefined;
    case 'lost':
      return `It may be ${what} now.`;
    case 'bounded':
      return `\`${what}\` lets more through than before.`;
  }
}
