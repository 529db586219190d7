import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createHandlerVisitor } from './handler-visitor.ts';
import { type Finding, type HandlerRuleId, handlerRules } from './rules.ts';

export interface HandlerLint {
  readonly findings: readonly Finding[];
  /** The names that the handlers in the files go by. */
  readonly handlerNames: ReadonlySet<string>;
}

/**
 * Holds the handlers in files to the rules; files without handlers are passed over. A comment `tasker-lint-ignore RULE`
 * in a line, or in the line before, keeps a rule quiet there.
 *
 * @throws {Error} when the parser is not installed
 */
export async function lintHandlers(files: readonly string[]): Promise<HandlerLint> {
  const findings: Finding[] = [];
  const handlerNames = new Set<string>();
  if (files.length === 0) return { findings, handlerNames };
  const { parseSync, Visitor } = await loadParser();
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    const lines = source.split('\n');
    const place = placesIn(source);
    const { program, errors } = parseSync(file, source, { preserveParens: false });
    for (const { message, labels } of errors) {
      findings.push({
        file,
        ...place(labels[0]?.start ?? 0),
        rule: 'syntax',
        severity: 'error',
        why: message,
        remedy: undefined,
      });
    }
    const { visitor, observed } = createHandlerVisitor(source);
    new Visitor(visitor).visit(program);
    const { broken, handlerNames: names, hasHandlers } = observed();
    if (!hasHandlers) continue;
    for (const name of names) handlerNames.add(name);
    const all = hasTest(file) ? broken : [...broken, { rule: 'test-beside' as const, offset: 0 }];
    for (const { rule, offset } of all.toSorted((one, other) => one.offset - other.offset)) {
      const { line, column } = place(offset);
      if (!isIgnored(lines, line, rule))
        findings.push({ file, line, column, rule, severity: severityOf(rule), ...words(rule) });
    }
  }
  return { findings, handlerNames };
}

async function loadParser() {
  try {
    return await import('oxc-parser');
  } catch (cause) {
    throw new Error(
      'The parser for handlers is not installed: it is an optional dependency. Install it with `npm install oxc-parser`, ' +
        'or lint templates only.',
      { cause },
    );
  }
}

/** A test may be anywhere, and a tool cannot know. */
function severityOf(rule: HandlerRuleId): Finding['severity'] {
  return rule === 'test-beside' ? 'hint' : 'warning';
}

function words(rule: HandlerRuleId): Pick<Finding, 'why' | 'remedy'> {
  const { why, remedy } = handlerRules[rule];
  return { why, remedy };
}

function hasTest(file: string): boolean {
  const [folder, name] = [dirname(file), basename(file).replace(/\.[cm]?[jt]sx?$/, '')];
  const tests = ['test', 'spec', 'db.test'].flatMap((kind) =>
    ['ts', 'mts', 'js', 'mjs'].map((ending) => `${name}.${kind}.${ending}`),
  );
  const folders = [folder, join(folder, 'test'), join(folder, '__tests__'), join(dirname(folder), 'test')];
  const ofFolder = ['ts', 'js', 'mjs'].map((ending) => join(folder, `${basename(folder)}.test.${ending}`));
  return [...folders.flatMap((each) => tests.map((test) => join(each, test))), ...ofFolder].some(existsSync);
}

function isIgnored(lines: readonly string[], line: number, rule: HandlerRuleId): boolean {
  return [lines[line - 2], lines[line - 1]].some((text) => text?.includes(`tasker-lint-ignore ${rule}`));
}

function placesIn(source: string): (offset: number) => { line: number; column: number } {
  return (offset) => {
    const before = source.slice(0, offset);
    return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  };
}
