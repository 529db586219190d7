import type { Json, JsonObject, RetryDocument, StepDocument, TemplateDocument } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { compilePlan } from '../graph/compile-plan.ts';
import { parseJson } from '../json/parse.ts';
import { inheritedSystem, normaliseRetry, templateDefaults } from '../lifecycle/1-template/template-document.ts';

export interface ToBuilderOptions {
  /** The name of the exported constant. Default: made of the template's name. */
  readonly as?: string;
  /** Where `defineTask` is imported from. Default `@tasker/engine`. */
  readonly from?: string;
}

/**
 * A template as TypeScript of the builder, without what is so by default. Running the text gives an equal plan; the
 * handlers stay where they are and are referred to by name.
 */
export function toBuilder(template: TemplateDocument, options: ToBuilderOptions = {}): string {
  const { as = constantOf(template.name), from = '@tasker/engine' } = options;
  const steps = inPlanOrder(template).map((step) => stepText(step, inheritedSystem(template)));
  const hasSchemas = template.input_schema !== undefined || template.steps.some((step) => step.result_schema);
  return [
    `import { defineTask${hasSchemas ? ', jsonSchema' : ''} } from ${JSON.stringify(from)};`,
    '',
    ...(template.description === undefined
      ? []
      : [`/** ${template.description.replaceAll(/\s+/g, ' ').replaceAll('*/', '*\\/')} */`]),
    `export const ${as} = defineTask(${objectText(headOf(template), 0)})${steps.join('')};`,
    '',
  ].join('\n');
}

/** A value as it is written in a program. */
type Written = { readonly json: Json } | { readonly schema: JsonObject };

/** Undefined is left out. */
type Keys = Readonly<Record<string, Written | undefined>>;

function headOf(template: TemplateDocument): Keys {
  const { domain_events, lifecycle, data_classification, pii_subject, system_dependencies: systems } = template;
  const secondary = systems === undefined || systems.secondary.length === 0 ? undefined : { ...systems };
  return {
    name: json(template.name),
    namespace: unlessDefault(template.namespace_name, templateDefaults.namespace),
    version: unlessDefault(template.version, templateDefaults.version),
    description: json(template.description),
    metadata: json(template.metadata),
    identity: unlessDefault(template.identity_strategy, templateDefaults.identity),
    dependentSystem: secondary === undefined ? json(systems?.primary) : undefined,
    input: schema(template.input_schema),
    more: moreOf({ domain_events, lifecycle, data_classification, pii_subject, system_dependencies: secondary }),
  };
}

/** The builder has parents before their children. */
function inPlanOrder(template: TemplateDocument): StepDocument[] {
  const stepByName = new Map(template.steps.map((step) => [step.name, step]));
  return compilePlan(template).steps.flatMap(({ name }) => stepByName.get(name) ?? []);
}

function stepText(step: StepDocument, system: string): string {
  const { handler, dependencies, batch_config, publishes_events, custom_events, lifecycle, composition } = step;
  const { pii_access, purpose, type } = step;
  const keys: Keys = {
    description: json(step.description),
    after: dependencies.length === 0 ? undefined : json(dependencies),
    handler: json(handler.callable),
    method: unlessDefault(handler.method, templateDefaults.method),
    resolver: json(handler.resolver),
    config: Object.keys(handler.initialization).length === 0 ? undefined : json(handler.initialization),
    retry: retryOf(step.retry),
    timeoutSeconds: unlessDefault(step.timeout_seconds, templateDefaults.timeoutSeconds),
    skippable: unlessDefault(step.skippable, false),
    dependentSystem: unlessDefault(step.system_dependency, system),
    result: schema(step.result_schema),
    more: moreOf({
      type,
      batch_config,
      publishes_events,
      custom_events,
      lifecycle,
      composition,
      pii_access,
      purpose,
    }),
  };
  return `\n  .step(${JSON.stringify(step.name)}, ${objectText(keys, 1)})`;
}

/** All of it as soon as anything is special, because its numbers belong together. */
function retryOf(retry: RetryDocument): Written | undefined {
  if (canonicalize(retry) === canonicalize(normaliseRetry({}))) return undefined;
  return json({
    retryable: retry.retryable,
    maxAttempts: retry.max_attempts,
    backoff: retry.backoff,
    baseMs: retry.backoff_base_ms,
    maxMs: retry.max_backoff_ms,
    jitter: retry.jitter,
    ...(retry.backoff_table_ms === undefined ? {} : { tableMs: retry.backoff_table_ms }),
  });
}

function moreOf(keys: Readonly<Record<string, unknown>>): Written | undefined {
  const said = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
  return Object.keys(said).length === 0 ? undefined : json(parseJson(JSON.stringify(said)));
}

function json(value: Json | undefined): Written | undefined {
  return value === undefined ? undefined : { json: value };
}

function schema(value: JsonObject | undefined): Written | undefined {
  return value === undefined ? undefined : { schema: value };
}

function unlessDefault(value: string | number | boolean, usual: typeof value): Written | undefined {
  return value === usual ? undefined : { json: value };
}

function objectText(keys: Keys, depth: number): string {
  const lines = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : [`${indent(depth + 1)}${key}: ${writtenText(value, depth + 1)},\n`],
  );
  return `{\n${lines.join('')}${indent(depth)}}`;
}

function writtenText(value: Written, depth: number): string {
  return 'schema' in value ? `jsonSchema(${jsonText(value.schema, depth)})` : jsonText(value.json, depth);
}

function jsonText(value: Json, depth: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = Object.entries(value).map(([key, item]: [string, Json]) => {
    const text = jsonText(item, depth + 1);
    return isList ? text : `${keyText(key)}: ${text}`;
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const inOneLine = inner.join(', ');
  const fits = inOneLine.length <= longestLine && !inOneLine.includes('\n');
  if (fits) return isList || inner.length === 0 ? `${open}${inOneLine}${close}` : `${open} ${inOneLine} ${close}`;
  return `${open}\n${inner.map((each) => `${indent(depth + 1)}${each},\n`).join('')}${indent(depth)}${close}`;
}

const longestLine = 80;

/** `__proto__` is a key like any other only where it is computed. */
function keyText(key: string): string {
  if (key === '__proto__') return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

const indent = (depth: number) => '  '.repeat(depth);

function constantOf(name: string): string {
  const [first = 'task', ...rest] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = first.charAt(0).toLowerCase() + first.slice(1) + rest.map(capitalised).join('');
  return /^[a-z]/.test(joined) ? `${joined}Task` : `task${capitalised(joined)}`;
}

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
