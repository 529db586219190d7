import { isDeepStrictEqual } from 'node:util';
import type { StepDocument, TemplateDocument } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { Lexer } from 'yaml';
import { InvalidTemplate } from '../../errors.ts';
import { entryOf } from './language/tree.ts';
import { treesOfYaml } from './language/tree-of-yaml.ts';
import type { Variables } from './language/variables.ts';
import { readTemplateYaml, readYaml, type YamlReading } from './read-template-yaml.ts';
import { type StepOverride, toYaml } from './to-yaml.ts';

export interface ConvertOptions {
  /** The name of the file, for the problems. */
  readonly file?: string;
  /** What `${NAME}` stands for. Default: the environment variables of this process. */
  readonly variables?: Variables;
}

export interface Conversion {
  /** The same templates in the canonical dialect. */
  readonly yaml: string;
  /** What the text said and the new one does not, in sentences. */
  readonly lost: readonly string[];
}

/** An environment that nobody has: what a template says in it, it says by itself. */
const nowhere = '';

/**
 * Brings templates in any dialect into the canonical one. In each environment the new text gives the same templates as
 * the old one, or `lost` says that it does not.
 *
 * @throws {InvalidTemplate} with every problem of the text
 */
export function convertTemplates(text: string, options: ConvertOptions = {}): Conversion {
  const read = (environment: string) => readYaml(text, { ...options, environment });
  const { templates, problems } = read(nowhere);
  if (problems.length > 0) throw new InvalidTemplate(problems);
  const environments = environmentNames(text);
  const readings = new Map([...new Set(environments.flat())].map((name) => [name, read(name)]));
  const lost = [...lostWords(text)];
  const texts = templates.map(({ document }, index) => {
    const { overrides, left } = overridesOf(document, index, environments[index] ?? [], readings);
    lost.push(...left);
    return toYaml(document, { environments: overrides });
  });
  return { yaml: texts.join('---\n'), lost: [...new Set(lost)] };
}

/** By document, in the order of the text. */
function environmentNames(text: string): string[][] {
  return treesOfYaml(text).documents.map(({ tree }) => {
    const environments = entryOf(tree, 'environments');
    return environments?.kind === 'map' ? [...environments.entries.keys()] : [];
  });
}

function lostWords(text: string): string[] {
  const said: string[] = [];
  if (hasComments(text)) said.push('Comments are not kept.');
  if (/(?<!\$)\$\{[A-Za-z_]/.test(text)) said.push('Variables are written as the values that they have now.');
  return said;
}

function hasComments(text: string): boolean {
  let before = '';
  for (const token of new Lexer().lex(text)) {
    // The mark before the text of a value, which may begin with anything.
    if (token.startsWith('#') && before !== '\u001f') return true;
    before = token;
  }
  return false;
}

interface Overrides {
  readonly overrides: Readonly<Record<string, readonly StepOverride[]>>;
  readonly left: readonly string[];
}

function overridesOf(
  document: TemplateDocument,
  index: number,
  names: readonly string[],
  readings: ReadonlyMap<string, YamlReading>,
): Overrides {
  const overrides: Record<string, readonly StepOverride[]> = {};
  const left: string[] = [];
  for (const name of names) {
    const { templates, problems } = readings.get(name) ?? { templates: [], problems: [] };
    const wanted = problems.length > 0 ? undefined : templates[index]?.document;
    const steps = wanted?.steps.flatMap((step, position) => overrideOf(document.steps[position], step));
    if (wanted === undefined || steps === undefined || !says(document, name, steps, wanted)) {
      const why = problems[0]?.message ?? 'The canonical dialect has no words for them.';
      left.push(`The overrides of environment \`${name}\` are not kept. ${why}`);
    } else if (steps.length > 0) overrides[name] = steps;
  }
  return { overrides, left };
}

/** What an environment can say of a step. */
const overridable = [
  'handler',
  'retry',
  'timeout_seconds',
  'skippable',
  'system_dependency',
  'batch_config',
  'lifecycle',
] as const satisfies readonly (keyof StepDocument)[];

function overrideOf(own: StepDocument | undefined, wanted: StepDocument): StepOverride[] {
  const different = overridable.filter((key) => !isDeepStrictEqual(own?.[key], wanted[key]));
  if (own === undefined || different.length === 0) return [];
  return [{ name: wanted.name, ...Object.fromEntries(different.map((key) => [key, wanted[key]])) }];
}

function says(
  document: TemplateDocument,
  environment: string,
  overrides: readonly StepOverride[],
  wanted: TemplateDocument,
): boolean {
  const text = toYaml(document, { environments: { [environment]: overrides } });
  const [read] = readTemplateYaml(text, { environment, variables: {} });
  return canonicalize(read) === canonicalize(wanted);
}
