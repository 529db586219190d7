import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { lintHandlers } from '../lint/lint-handlers.ts';
import { lintTemplates } from '../lint/lint-templates.ts';
import { listLintFiles } from '../lint/list-lint-files.ts';
import type { Finding } from '../lint/rules.ts';
import { counted } from '../output/counted.ts';

export interface LintCodeOptions {
  readonly hints?: boolean | undefined;
}

const styles = { error: 'red', warning: 'yellow', hint: 'dim' } as const;

/** Holds handlers and templates to the rules of the guide. */
export async function lintCode(
  { terminal }: Cli,
  paths: readonly string[],
  { hints = false }: LintCodeOptions,
): Promise<ExitCode> {
  const files = listLintFiles(paths);
  const { findings, handlerNames } = await lintHandlers(files.code);
  const all = [
    ...findings,
    ...(await lintTemplates(files.templates, files.code.length === 0 ? undefined : handlerNames)),
  ];
  const shown = all.filter(({ severity }) => hints || severity !== 'hint').toSorted(byPlace);
  const left = all.length - shown.length;
  const isFine = all.every(({ severity }) => severity === 'hint');
  terminal.printJson({
    ok: isFine,
    files: { code: [...files.code], templates: [...files.templates] },
    findings: all.toSorted(byPlace).map((finding) => ({ ...finding, remedy: finding.remedy ?? null })),
  });
  for (const { file, line, column, rule, severity, why, remedy } of shown) {
    const said = remedy === undefined ? why : `${why} ${remedy}`;
    terminal.print(`${file}:${line}:${column}: ${terminal.style(styles[severity], `${severity} ${rule}`)} ${said}`);
  }
  const read = `${counted(files.code.length, 'file')} of code, ${counted(files.templates.length, 'file')} of templates`;
  terminal.print(
    `${read}: ${counted(shown.length, 'finding')}${left > 0 ? `, and ${counted(left, 'hint')} (--hints prints them)` : ''}.`,
  );
  return isFine ? exitCodes.done : exitCodes.failed;
}

function byPlace(one: Finding, other: Finding): number {
  return one.file.localeCompare(other.file) || one.line - other.line || one.column - other.column;
}
