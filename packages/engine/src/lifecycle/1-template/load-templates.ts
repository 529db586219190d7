import { readFile, stat } from 'node:fs/promises';
import type { TemplateDocument, TemplateProblem } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { listTemplateFiles, type TemplateFiles } from './list-template-files.ts';
import { maxFileBytes, type ReadYamlOptions, readYaml, tooLarge, type YamlReading } from './read-template-yaml.ts';

export type LoadTemplatesOptions = Omit<ReadYamlOptions, 'file'>;

/** A template and where it was found. */
export interface LoadedTemplate {
  readonly document: TemplateDocument;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a set of files holds. */
export interface TemplateLoad {
  /** What was read, in the order of reading. */
  readonly files: readonly string[];
  /** In the order of the files. Those of files with problems are here too, as far as they are sound. */
  readonly templates: readonly LoadedTemplate[];
  readonly problems: readonly TemplateProblem[];
  /** What is accepted and does nothing. */
  readonly warnings: readonly TemplateProblem[];
  /** What is sound, and worth a second look. */
  readonly hints: readonly TemplateProblem[];
}

/**
 * Reads the templates in files and folders (any depth, `.yaml`, `.yml` and `.json`, in the order of their names), in
 * any dialect. Nothing is thrown for what is wrong with them: every problem is listed, with file, line and column.
 */
export async function loadTemplates(
  paths: readonly string[],
  options: LoadTemplatesOptions = {},
): Promise<TemplateLoad> {
  return loadFiles(await listTemplateFiles(paths), options);
}

/** {@link loadTemplates} of files that have been listed. */
export async function loadFiles(listing: TemplateFiles, options: LoadTemplatesOptions): Promise<TemplateLoad> {
  const templates: LoadedTemplate[] = [];
  const problems = listing.unreadable.map(({ path, error }) => unreadable(path, error));
  const warnings: TemplateProblem[] = [];
  const hints: TemplateProblem[] = [];
  for (const file of listing.files) {
    const reading = await readFileOfTemplates(file, options);
    templates.push(...reading.templates.map((template) => ({ ...template, file })));
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    hints.push(...reading.hints);
  }
  if (listing.files.length === 0) warnings.push(...listing.folders.slice(0, 1).map(noTemplates));
  const repeated = repetitions(templates);
  const repetitive = new Set(repeated.map(({ repetition }) => repetition));
  return {
    files: listing.files,
    templates: templates.filter((template) => !repetitive.has(template)),
    problems: [...problems, ...repeated.flatMap(({ differs, message }) => (differs ? [message] : []))],
    warnings: [...warnings, ...repeated.flatMap(({ differs, message }) => (differs ? [] : [message]))],
    hints,
  };
}

async function readFileOfTemplates(file: string, options: LoadTemplatesOptions): Promise<YamlReading> {
  try {
    if ((await stat(file)).size > maxFileBytes)
      return { templates: [], problems: [{ ...tooLarge, file }], warnings: [], hints: [] };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    return readYaml(text, { ...options, file });
  } catch (error) {
    return { templates: [], problems: [unreadable(file, error)], warnings: [], hints: [] };
  }
}

function unreadable(file: string, error: unknown): TemplateProblem {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError)
    return { code: 'FILE_UNREADABLE', path: '', file, message: 'This is not text in UTF-8.' };
  if (/^ENOENT\b/.test(reason))
    return { code: 'FILE_UNREADABLE', path: '', file, message: 'There is no such file or folder.' };
  return { code: 'FILE_UNREADABLE', path: '', file, message: `This cannot be read: ${reason}.` };
}

function noTemplates(folder: string): TemplateProblem {
  return { code: 'NO_TEMPLATE', path: '', file: folder, message: 'There are no templates in this folder.' };
}

interface Repetition {
  readonly repetition: LoadedTemplate;
  readonly differs: boolean;
  readonly message: TemplateProblem;
}

/** Templates whose name and version have been met before: a mistake, unless they say the same. */
function repetitions(templates: readonly LoadedTemplate[]): Repetition[] {
  const firsts = new Map<string, LoadedTemplate>();
  return templates.flatMap((template) => {
    const id = templateId(template.document);
    const first = firsts.get(id);
    if (first === undefined) {
      firsts.set(id, template);
      return [];
    }
    const differs = canonicalize(first.document) !== canonicalize(template.document);
    return [{ repetition: template, differs, message: describeRepetition(id, template, first, differs) }];
  });
}

function describeRepetition(
  id: string,
  { file, line, column }: LoadedTemplate,
  first: LoadedTemplate,
  differs: boolean,
): TemplateProblem {
  const where = `${first.file}:${first.line}:${first.column}`;
  const place = { code: 'TEMPLATE_REPEATED' as const, path: '', file, line, column };
  return differs
    ? {
        ...place,
        message: `${id} is in ${where} too, with other content.`,
        remedy: 'Give one of them another version, or remove it.',
      }
    : { ...place, message: `${id} is in ${where} too, and says the same.` };
}

/** What tells templates apart. */
export function templateId({ namespace_name: namespace, name, version }: TemplateDocument): string {
  return `${namespace}/${name}@${version}`;
}
