import type { TemplateDocument, TemplateProblem } from '@tasker/contract';
import type { LineCounter } from 'yaml';
import { InvalidTemplate } from '../../errors.ts';
import { serialiseJson } from '../../json/serialise.ts';
import { currentEnvironment } from './language/environment.ts';
import { offsetOf, type PlacedProblem, placed, toTemplateProblem } from './language/placed-problem.ts';
import { readTree, type TreeOptions, type TreeReading } from './language/read-tree.ts';
import { type Tree, toData } from './language/tree.ts';
import { treesOfYaml } from './language/tree-of-yaml.ts';
import type { Variables } from './language/variables.ts';
import { maxDocumentBytes, type ReadTemplateOptions } from './read-template.ts';

export interface ReadYamlOptions extends ReadTemplateOptions {
  /** The name of the file, for the problems. */
  readonly file?: string;
  /**
   * What `${NAME}` stands for. Default: the environment variables of this process. Give an empty object for text that
   * was sent from elsewhere, which must not read them.
   */
  readonly variables?: Variables;
}

/** What a text holds. */
export interface YamlFindings {
  readonly documents: readonly TemplateDocument[];
  /** In the order of the text, each with line and column. */
  readonly problems: readonly TemplateProblem[];
  /** What is accepted and does nothing. */
  readonly warnings: readonly TemplateProblem[];
  /** What is sound, and worth a second look. */
  readonly hints: readonly TemplateProblem[];
}

/**
 * Reads templates written in YAML (or JSON, which is YAML), in any dialect. A text may hold several, each behind a
 * `---`.
 *
 * @throws {InvalidTemplate} with every problem of the text, each with line and column
 */
export function readTemplateYaml(text: string, options: ReadYamlOptions = {}): TemplateDocument[] {
  const { documents, problems } = examineTemplateYaml(text, options);
  if (problems.length > 0) throw new InvalidTemplate(problems);
  return [...documents];
}

/** {@link readTemplateYaml} for callers that want warnings as well, and problems without a throw. */
export function examineTemplateYaml(text: string, options: ReadYamlOptions = {}): YamlFindings {
  const { templates, ...findings } = readYaml(text, options);
  return { documents: templates.map(({ document }) => document), ...findings };
}

/** The largest text that is parsed: far more than anybody writes by hand, and thousands of steps. */
export const maxFileBytes = 2_097_152;

export interface YamlReading {
  readonly templates: readonly {
    readonly document: TemplateDocument;
    readonly line: number;
    readonly column: number;
  }[];
  readonly problems: readonly TemplateProblem[];
  readonly warnings: readonly TemplateProblem[];
  readonly hints: readonly TemplateProblem[];
}

/** The same, with the places of the templates. */
export function readYaml(text: string, options: ReadYamlOptions): YamlReading {
  const inFile = options.file === undefined ? {} : { file: options.file };
  if (Buffer.byteLength(text) > maxFileBytes) return refused({ ...tooLarge, ...inFile });
  const { documents, faults, lines } = treesOfYaml(text);
  const treeOptions = {
    environment: options.environment ?? currentEnvironment(),
    variables: options.variables ?? process.env,
  };
  const readings = documents.map((each) => ({ ...each, ...readStorable(each.tree, treeOptions) }));
  const locate = (problem: PlacedProblem) => ({ ...toTemplateProblem(problem), ...inFile, ...spot(problem, lines) });
  const problems = [
    ...faults.map(({ offset, message }) => ({
      code: 'SYNTAX_ERROR' as const,
      path: '',
      message,
      ...inFile,
      ...lineAndColumn(offset, lines),
    })),
    ...readings.flatMap((reading) => reading.problems.map(locate)),
  ];
  if (documents.length + problems.length === 0) return refused({ ...nothing, ...inFile });
  return {
    templates: readings.flatMap(({ document, tree, sound }) =>
      document === undefined || !sound ? [] : [{ document, ...lineAndColumn(tree.place.offset ?? 0, lines) }],
    ),
    problems: inOrder(problems),
    warnings: inOrder(readings.flatMap((reading) => reading.warnings.map(locate))),
    hints: inOrder(readings.flatMap((reading) => reading.hints.map(locate))),
  };
}

export const tooLarge: TemplateProblem = {
  code: 'FILE_UNREADABLE',
  path: '',
  message: `A template file may be at most ${maxFileBytes} bytes.`,
};
const nothing: TemplateProblem = { code: 'NO_TEMPLATE', path: '', message: 'There is no template here.' };

function refused(problem: TemplateProblem): YamlReading {
  return { templates: [], problems: [problem], warnings: [], hints: [] };
}

function readStorable(tree: Tree, options: TreeOptions): TreeReading {
  const serialised = serialiseJson(toData(tree), maxDocumentBytes);
  if (serialised.ok) return readTree(tree, options);
  const { path, reason } = serialised.problem;
  return {
    problems: [placed({ code: 'NOT_STORABLE', path, message: `This ${reason}.` }, tree)],
    warnings: [],
    hints: [],
  };
}

function spot(problem: PlacedProblem, lines: LineCounter): { line?: number; column?: number } {
  const offset = offsetOf(problem);
  return offset === undefined ? {} : lineAndColumn(offset, lines);
}

function lineAndColumn(offset: number, lines: LineCounter): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** More than anybody reads at once; the next are reported when these are gone. */
const maxProblems = 100;

function inOrder(problems: readonly TemplateProblem[]): TemplateProblem[] {
  const sorted = problems.toSorted(byPlace);
  const more = sorted[maxProblems];
  if (more === undefined) return sorted;
  const rest = {
    ...more,
    code: 'MORE_PROBLEMS' as const,
    path: '',
    message: 'There are more, from here on.',
    remedy: 'Begin with those above.',
  };
  return [...sorted.slice(0, maxProblems), rest];
}

function byPlace(one: TemplateProblem, other: TemplateProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
