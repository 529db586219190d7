import type { JsonObject } from '@tasker/contract';
import { breakingChanges, diffTemplates, type TemplateDifference, type TemplateDocument } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { namedTemplate } from '../input/named-template.ts';
import { counted } from '../output/counted.ts';
import type { Terminal } from '../output/terminal.ts';

export interface ShowDifferencesOptions {
  readonly env?: string | undefined;
  readonly exitCode?: boolean | undefined;
}

/** Prints what changes from one template to another, be they in files or registered. */
export async function showDifferences(
  cli: Cli,
  before: string,
  after: string,
  { env, exitCode: tells = false }: ShowDifferencesOptions,
): Promise<ExitCode> {
  const [old, now] = [await namedTemplate(cli, before, env), await namedTemplate(cli, after, env)];
  const differences = diffTemplates(old, now);
  const breaking = breakingChanges(old, now);
  cli.terminal.printJson({
    before: { named: before, full_name: fullName(old) },
    after: { named: after, full_name: fullName(now) },
    same: differences.length === 0,
    differences: differences.map(differenceJson),
    breaking: breaking.map(({ path, message }) => ({ path, message })),
  });
  for (const difference of differences) printDifference(cli.terminal, difference);
  for (const { path, message } of breaking) cli.terminal.print(`${cli.terminal.style('red', `! ${path}`)}: ${message}`);
  cli.terminal.print(
    differences.length === 0
      ? `${before} and ${after} are the same.`
      : `${counted(differences.length, 'difference')}. ${breaking.length === 0 ? 'Nothing breaks that others rely on.' : 'What has a ! breaks what others rely on.'}`,
  );
  return tells && differences.length > 0 ? exitCodes.failed : exitCodes.done;
}

function fullName({ namespace_name: namespace, name, version }: TemplateDocument): string {
  return `${namespace}.${name}@${version}`;
}

function differenceJson({ path, kind, before, after }: TemplateDifference): JsonObject {
  return {
    path,
    kind,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function printDifference(terminal: Terminal, { path, kind, before, after }: TemplateDifference): void {
  if (kind === 'added') return printPart(terminal, 'green', `+ ${path}`, after);
  if (kind === 'removed') return printPart(terminal, 'red', `- ${path}`, before);
  const [from, to] = [JSON.stringify(before), JSON.stringify(after)];
  if (from.length + to.length <= widestChange) {
    return terminal.print(`${terminal.style('yellow', `~ ${path}`)}: ${from} → ${to}`);
  }
  printPart(terminal, 'red', `- ${path}`, before);
  printPart(terminal, 'green', `+ ${path}`, after);
}

const widestChange = 80;

/** In one line if it fits there. */
function printPart(terminal: Terminal, style: 'red' | 'green', head: string, value: unknown): void {
  const short = JSON.stringify(value);
  const text = short.length <= widestChange ? short : JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
  terminal.print(`${terminal.style(style, head)}: ${text}`);
}
