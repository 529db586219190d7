import type { TemplateDocument, TemplateProblem } from '@tasker/contract';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import { InvalidTemplate } from '../../errors.ts';
import { examineTemplate } from './read-template.ts';
import { type LocatedProblem, toTemplateProblem } from './template-problem.ts';

/**
 * Reads templates written in YAML (or JSON, which is YAML). A file may hold several, each behind a `---`.
 *
 * @param file its name, for the problems
 * @throws {InvalidTemplate} with every problem of the file, each with line and column
 */
export function readTemplateYaml(text: string, file?: string): TemplateDocument[] {
  const inFile = file === undefined ? {} : { file };
  const refuse = (problems: readonly TemplateProblem[]) =>
    new InvalidTemplate(problems.map((problem) => ({ ...problem, ...inFile })));
  const { templates, problems } = Buffer.byteLength(text) > maxFileBytes ? tooLarge : readDocuments(text);
  if (problems.length > 0) throw refuse(problems.toSorted(byPlace));
  if (templates.length === 0) throw refuse([{ path: '', message: 'There is no template here.' }]);
  return templates;
}

/** The largest text that is parsed: far more than anybody writes by hand. */
const maxFileBytes = 1_048_576;

interface Reading {
  readonly templates: TemplateDocument[];
  readonly problems: TemplateProblem[];
}

const tooLarge: Reading = {
  templates: [],
  problems: [{ path: '', message: `A template file may be at most ${maxFileBytes} bytes.` }],
};

function readDocuments(text: string): Reading {
  const lines = new LineCounter();
  const reading: Reading = { templates: [], problems: [] };
  for (const document of parse(text, lines)) {
    const faults = syntaxFaults(document);
    if (faults.length > 0) reading.problems.push(...faults.map((fault) => syntaxProblem(fault, lines)));
    else if (!isEmpty(document)) readDocument(document, lines, reading);
  }
  return reading;
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  return [
    ...parseAllDocuments(text, { lineCounter, prettyErrors: false, merge: true, stringKeys: true, logLevel: 'silent' }),
  ];
}

/** The first few: the others are their consequences. */
function syntaxFaults({ errors, warnings }: Document.Parsed): YAMLError[] {
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  return tooDeep === undefined ? [...errors, ...warnings].slice(0, 5) : [tooDeep];
}

/** What stands before the first or behind the last `---`, often a comment. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function readDocument(document: Document.Parsed, lines: LineCounter, { templates, problems }: Reading): void {
  const raw = toData(document);
  if (raw instanceof Error) {
    problems.push({ path: '', message: `This cannot be read: ${raw.message}.`, ...placeOf(lines, document.range[0]) });
    return;
  }
  const examined = examineTemplate(raw);
  if (examined.ok) templates.push(examined.document);
  else {
    problems.push(
      ...examined.problems.map((problem) => ({
        ...toTemplateProblem(problem),
        ...placeOf(lines, offsetOf(problem, document)),
      })),
    );
  }
}

/** Aliases that multiply (a "billion laughs") make this throw; so does an alias that contains itself. */
function toData(document: Document.Parsed): unknown {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return data;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function syntaxProblem({ code, pos, message }: YAMLError, lines: LineCounter): TemplateProblem {
  const words = code === 'RESOURCE_EXHAUSTION' ? 'This is nested too deeply' : message.replace(/\.$/, '');
  return { path: '', message: `${words}.`, ...placeOf(lines, pos[0]) };
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Where the value at the problem's path begins, or its key; what is not written down is where its parent is. */
function offsetOf({ path, atKey = false }: LocatedProblem, document: Document.Parsed): number {
  let offset = document.contents?.range[0] ?? document.range[0];
  let node: unknown = document.contents;
  for (const [depth, segment] of path.entries()) {
    const { key, value } = childOf(isAlias(node) ? node.resolve(document) : node, segment);
    const wanted = atKey && depth === path.length - 1 ? key : (value ?? key);
    if (!isNode(wanted) || wanted.range == null) return offset;
    offset = wanted.range[0];
    node = value;
  }
  return offset;
}

function childOf(node: unknown, segment: string | number): { key?: unknown; value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(segment)] };
  if (!isMap(node)) return {};
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === segment);
  return pair === undefined ? {} : { key: pair.key, value: pair.value };
}

function byPlace(one: TemplateProblem, other: TemplateProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
