import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonPath } from '../../json/path.ts';
import { pathOfPointer } from '../../json/path.ts';
import { nearestName } from './nearest-name.ts';
import type { RetrySource, StepSource, TemplateSource } from './template-document.ts';
import type { LocatedProblem } from './template-problem.ts';
import { futureKeys, templateSchema } from './template-schema.ts';

/** What a dialect makes of raw data: the template in our keys, or everything that is wrong with it. */
export type DialectReading =
  | { readonly ok: true; readonly source: TemplateSource }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] };

/**
 * Reads the canonical dialect: checks keys, types and ranges, and resolves the aliases (`depends_on`, `limit`,
 * `initial_delay`, `max_delay`).
 */
export function readCanonicalDialect(raw: unknown): DialectReading {
  const template = withoutSilentKeys(raw);
  const validate = validator();
  if (!validate(template)) return { ok: false, problems: problemsOf(validate.errors ?? [], template) };
  const problems = template.steps.flatMap((step, index) => ambiguities(step, ['steps', index]));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, source: { ...template, steps: template.steps.map(resolveAliases) } };
}

interface CanonicalTemplate extends TemplateSource {
  readonly steps: readonly CanonicalStep[];
}

interface CanonicalStep extends StepSource {
  readonly type?: string | null;
  readonly step_type?: string | null;
  readonly depends_on?: readonly string[] | null;
  readonly retry?: CanonicalRetry | null;
}

interface CanonicalRetry extends RetrySource {
  readonly limit?: number | null;
  /** Seconds. */
  readonly initial_delay?: number | null;
  /** Seconds. */
  readonly max_delay?: number | null;
}

let compiled: ValidateFunction<CanonicalTemplate> | undefined;

function validator(): ValidateFunction<CanonicalTemplate> {
  compiled ??= new Ajv2020({ strict: false, allErrors: true, verbose: true }).compile<CanonicalTemplate>(
    templateSchema,
  );
  return compiled;
}

/** Keys of later versions that say nothing (`publishes_events: []`) are taken for absent. */
function withoutSilentKeys(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const template = dropSilent(raw);
  if (!Array.isArray(template.steps)) return template;
  const steps: unknown[] = template.steps;
  return { ...template, steps: steps.map(stepWithoutSilentKeys) };
}

function stepWithoutSilentKeys(step: unknown): unknown {
  if (!isRecord(step)) return step;
  return isRecord(step.handler) ? { ...dropSilent(step), handler: dropSilent(step.handler) } : dropSilent(step);
}

function dropSilent(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !futureKeys.has(key) || !isSilent(value)));
}

function isSilent(value: unknown): boolean {
  return value == null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Two spellings of one key: which of them counts would be a guess. */
function ambiguities(step: CanonicalStep, path: JsonPath): LocatedProblem[] {
  return [
    ...ambiguity(step, 'dependencies', 'depends_on', path),
    ...ambiguity(step, 'type', 'step_type', path),
    ...ambiguity(step.retry ?? {}, 'max_attempts', 'limit', [...path, 'retry']),
    ...ambiguity(step.retry ?? {}, 'backoff_base_ms', 'initial_delay', [...path, 'retry']),
    ...ambiguity(step.retry ?? {}, 'max_backoff_ms', 'max_delay', [...path, 'retry']),
  ];
}

function ambiguity<Keys extends object>(
  of: Keys,
  key: keyof Keys & string,
  alias: keyof Keys & string,
  path: JsonPath,
): LocatedProblem[] {
  if (of[key] == null || of[alias] == null) return [];
  return [
    {
      path: [...path, alias],
      atKey: true,
      message: `\`${alias}\` is another name for \`${key}\`.`,
      remedy: 'Write one of them.',
    },
  ];
}

function resolveAliases(step: CanonicalStep): StepSource {
  const { type: _type, step_type: _stepType, depends_on: dependsOn, retry, ...own } = step;
  return {
    ...own,
    dependencies: own.dependencies ?? dependsOn ?? null,
    retry: retry == null ? null : resolveRetry(retry),
  };
}

function resolveRetry(retry: CanonicalRetry): RetrySource {
  const { limit, initial_delay: initialDelay, max_delay: maxDelay, ...own } = retry;
  return {
    ...own,
    max_attempts: own.max_attempts ?? limit ?? null,
    backoff_base_ms: own.backoff_base_ms ?? toMs(initialDelay),
    max_backoff_ms: own.max_backoff_ms ?? toMs(maxDelay),
  };
}

function toMs(seconds: number | null | undefined): number | null {
  return seconds == null ? null : Math.round(seconds * 1000);
}

/** One problem per place: a wrong type would be reported again by every other rule for the same value. */
function problemsOf(errors: readonly ErrorObject[], template: unknown): LocatedProblem[] {
  const places = new Set<string>();
  return errors.flatMap((error) => {
    const aboutValue = error.keyword !== 'additionalProperties' && error.keyword !== 'required';
    if (aboutValue && places.has(error.instancePath)) return [];
    if (aboutValue) places.add(error.instancePath);
    return [problemOf(error, pathOfPointer(error.instancePath, template))];
  });
}

function problemOf(error: ErrorObject, path: JsonPath): LocatedProblem {
  const params: Readonly<Record<string, unknown>> = error.params;
  const what = path.length === 0 ? 'The template' : `\`${path.at(-1)}\``;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, String(params.additionalProperty), path);
    case 'required':
      return { path, message: `\`${String(params.missingProperty)}\` is missing.` };
    case 'enum':
      return wrongWord(error, path, what);
    case 'type':
      return wrongType(error, path, what);
    case 'pattern':
      return { path, message: `${what} ${hintOf(error)}, and is ${quoted(error.data)}.` };
    default:
      return { path, message: `${what} ${error.message ?? 'is not allowed'}, and is ${quoted(error.data)}.` };
  }
}

function unknownKey(error: ErrorObject, key: string, path: JsonPath): LocatedProblem {
  const place = { path: [...path, key], atKey: true };
  if (futureKeys.has(key)) {
    return { ...place, message: `\`${key}\` has no effect in this version.`, remedy: 'Remove it, or leave it empty.' };
  }
  const properties: unknown = error.parentSchema?.properties;
  const nearest = nearestName(key, isRecord(properties) ? Object.keys(properties) : []);
  const message = `Unknown key \`${key}\`.`;
  return nearest === undefined ? { ...place, message } : { ...place, message, remedy: `Did you mean \`${nearest}\`?` };
}

function wrongWord(error: ErrorObject, path: JsonPath, what: string): LocatedProblem {
  const params: { readonly allowedValues?: unknown } = error.params;
  const allowed = Array.isArray(params.allowedValues) ? params.allowedValues.filter((word) => word !== null) : [];
  return { path, message: `${what} must be ${allowed.join(', ')}, and is ${quoted(error.data)}.` };
}

function wrongType(error: ErrorObject, path: JsonPath, what: string): LocatedProblem {
  if (path.length === 1 && path[0] === 'version') {
    return {
      path,
      message: `\`version\` must be text, and is the number ${quoted(error.data)}.`,
      remedy: "Write all three parts in quotes: '1.0.0'.",
    };
  }
  const params: { readonly type?: unknown } = error.params;
  const types = [params.type].flat().filter((type) => type !== 'null');
  return { path, message: `${what} must be ${types.map(inWords).join(' or ')}, and is ${quoted(error.data)}.` };
}

function inWords(type: unknown): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'array':
      return 'a list';
    case 'object':
      return 'a map of keys';
    default:
      return `a ${String(type)}`;
  }
}

function hintOf(error: ErrorObject): string {
  const hint: unknown = error.parentSchema?.hint;
  return typeof hint === 'string' ? hint : (error.message ?? 'is not allowed');
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
