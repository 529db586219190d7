import type {
  HandlerDocument,
  Json,
  JsonObject,
  RetryDocument,
  StepDocument,
  TemplateDocument,
} from '@tasker/contract';
import canonicalize from 'canonicalize';
import { Document, isScalar, visit } from 'yaml';
import { parseJson } from '../../json/parse.ts';
import { escapeVariables } from './language/variables.ts';
import { inheritedSystem, normaliseRetry, templateDefaults } from './template-document.ts';

export interface ToYamlOptions {
  /** Where the JSON Schema of the language is: goes into the first line, so that editors complete and check. */
  readonly schema?: string;
  /** What is different in environments, by their names. */
  readonly environments?: Readonly<Record<string, readonly StepOverride[]>>;
}

/** What an environment says of a step. */
export type StepOverride = Pick<StepDocument, 'name'> & Partial<Omit<StepDocument, 'name' | 'dependencies'>>;

/**
 * A template as YAML of the canonical dialect, without what is so by default. Reading the text gives an equal document,
 * and so the same plan. Overrides of an environment and variables are in a document as values, and are written as such.
 */
export function toYaml(document: TemplateDocument, options: ToYamlOptions = {}): string {
  const head = options.schema === undefined ? '' : `# yaml-language-server: $schema=${options.schema}\n`;
  const data = withoutVariables(parseJson(JSON.stringify(inWritingOrder(document, options.environments))));
  // What is equal is written twice: an anchor says that two places are one, and these only look alike.
  const yaml = new Document(data, { aliasDuplicateObjects: false });
  visit(yaml, { Pair: (_, { key }) => quoteMergeKey(key) });
  return head + yaml.toString({ lineWidth: 0 });
}

/** A key `<<` in somebody's configuration is a key like any other, and must not merge anything. */
function quoteMergeKey(key: unknown): void {
  if (isScalar(key) && key.value === '<<') key.type = 'QUOTE_DOUBLE';
}

/** What is undefined is left out. */
type Written = Readonly<Record<string, unknown>>;

function inWritingOrder(document: TemplateDocument, environments: ToYamlOptions['environments'] = {}): Written {
  const { name, namespace_name, version, description, metadata, identity_strategy, steps, ...others } = document;
  return {
    name,
    namespace_name,
    version,
    description,
    metadata,
    identity_strategy: unlessDefault(identity_strategy, templateDefaults.identity),
    ...others,
    steps: steps.map((step) => stepInWritingOrder(step, inheritedSystem(document))),
    environments:
      Object.keys(environments).length === 0
        ? undefined
        : Object.fromEntries(
            Object.entries(environments).map(([environment, overrides]) => [environment, { steps: overrides }]),
          ),
  };
}

function stepInWritingOrder(step: StepDocument, system: string): Written {
  const { name, description, type, handler, dependencies, retry, ...others } = step;
  return {
    name,
    description,
    type,
    handler: writtenHandler(handler),
    dependencies: dependencies.length === 0 ? undefined : dependencies,
    retry: writtenRetry(retry),
    ...others,
    timeout_seconds: unlessDefault(step.timeout_seconds, templateDefaults.timeoutSeconds),
    skippable: unlessDefault(step.skippable, false),
    system_dependency: unlessDefault(step.system_dependency, system),
  };
}

function writtenHandler({ callable, method, initialization, ...others }: HandlerDocument): Written {
  return {
    callable,
    method: unlessDefault(method, templateDefaults.method),
    initialization: Object.keys(initialization).length === 0 ? undefined : initialization,
    ...others,
  };
}

/** All of it as soon as anything is special, because its numbers belong together. */
function writtenRetry(retry: RetryDocument): RetryDocument | undefined {
  return canonicalize(retry) === canonicalize(normaliseRetry({})) ? undefined : retry;
}

function unlessDefault<Value>(value: Value, usual: Value): Value | undefined {
  return value === usual ? undefined : value;
}

/** Text in which `${` stands for itself. */
function withoutVariables(data: Json): Json {
  if (typeof data === 'string') return escapeVariables(data);
  if (data === null || typeof data !== 'object') return data;
  if (isList(data)) return data.map(withoutVariables);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withoutVariables(value)]));
}

function isList(data: readonly Json[] | JsonObject): data is readonly Json[] {
  return Array.isArray(data);
}
