import type { JsonObject, TemplateProblem } from '@tasker/contract';
import { type LoadedTemplate, loadTemplates } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { counted } from '../output/counted.ts';
import type { Style, Terminal } from '../output/terminal.ts';

export interface ValidateTemplatesOptions {
  readonly env?: string | undefined;
  /** Warnings fail too. */
  readonly strict?: boolean | undefined;
}

/** Reads templates without touching a database, and says everything that is wrong with them. */
export async function validateTemplates(
  { terminal, config }: Cli,
  paths: readonly string[],
  { env: environment = config.environment, strict = false }: ValidateTemplatesOptions,
): Promise<ExitCode> {
  const load = await loadTemplates(paths, { environment });
  const isFault = (problems: readonly TemplateProblem[], warnings: readonly TemplateProblem[]) =>
    problems.length > 0 || (strict && warnings.length > 0);
  const all = [...load.problems, ...load.warnings, ...load.hints].flatMap(({ file }) => file ?? []);
  const reports = [...new Set([...load.files, ...all])].map((path) => {
    const here = (problem: { readonly file?: string }) => problem.file === path;
    const [problems, warnings] = [load.problems.filter(here), load.warnings.filter(here)];
    const documents = load.templates.filter(here);
    return { path, ok: !isFault(problems, warnings), documents, problems, warnings, hints: load.hints.filter(here) };
  });
  const ok = reports.every((report) => report.ok);
  terminal.printJson({
    ok,
    environment,
    strict,
    files: reports.map(reportJson),
    totals: {
      files: load.files.length,
      documents: load.templates.length,
      problems: load.problems.length,
      warnings: load.warnings.length,
      hints: load.hints.length,
    },
  });
  for (const { problems, warnings, hints } of reports) {
    printProblems(terminal, 'error', 'red', problems);
    printProblems(terminal, 'warning', 'yellow', warnings);
    if (strict) printProblems(terminal, 'hint', 'dim', hints);
  }
  const { files, templates, problems, warnings, hints } = load;
  terminal.print(
    `${counted(files.length, 'file')}, ${counted(templates.length, 'sound template')}: ` +
      `${counted(problems.length, 'problem')}, ${counted(warnings.length, 'warning')}, ${counted(hints.length, 'hint')}` +
      `${hints.length > 0 && !strict ? ' (--strict prints hints)' : ''}.`,
  );
  return ok ? exitCodes.done : exitCodes.failed;
}

interface FileReport {
  readonly path: string;
  readonly ok: boolean;
  readonly documents: readonly LoadedTemplate[];
  readonly problems: readonly TemplateProblem[];
  readonly warnings: readonly TemplateProblem[];
  readonly hints: readonly TemplateProblem[];
}

function reportJson({ path, ok, documents, problems, warnings, hints }: FileReport): JsonObject {
  return {
    path,
    ok,
    documents: documents.map(({ document, line, column }) => ({
      namespace: document.namespace_name,
      name: document.name,
      version: document.version,
      steps: document.steps.length,
      line,
      column,
    })),
    problems: problems.map(problemJson),
    warnings: warnings.map(problemJson),
    hints: hints.map(problemJson),
  };
}

function problemJson({ code, path, message, remedy, line, column }: TemplateProblem): JsonObject {
  return { code, path, message, remedy: remedy ?? null, line: line ?? null, column: column ?? null };
}

function printProblems(terminal: Terminal, kind: string, style: Style, problems: readonly TemplateProblem[]): void {
  for (const { file, line, column, code, message, remedy } of problems) {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const said = remedy === undefined ? message : `${message} ${remedy}`;
    terminal.print(`${place}: ${terminal.style(style, `${kind} ${code}`)} ${said}`);
  }
}
