import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { templateFiles, templateTypes } from '../generate/template-types.ts';
import { writeFiles } from '../generate/write-files.ts';
import { namedTemplate } from '../input/named-template.ts';

export interface GenerateTypesOptions {
  /** The folder to write into; absent: the types are printed. */
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  readonly env?: string | undefined;
}

/** Prints the types of a template, or writes them with a stub for each handler. */
export async function generateTypes(
  cli: Cli,
  named: string,
  { out, force = false, env }: GenerateTypesOptions,
): Promise<ExitCode> {
  const document = await namedTemplate(cli, named, env);
  if (out === undefined) {
    const { text } = templateTypes(document);
    cli.terminal.printJson({ types: text });
    cli.terminal.print(text.trimEnd());
    return exitCodes.done;
  }
  const files = writeFiles(out, templateFiles(document), { force });
  cli.terminal.printJson({ files });
  for (const { path, outcome } of files) cli.terminal.print(`${outcome.padEnd(10)} ${path}`);
  if (files.some(({ outcome }) => outcome === 'kept')) {
    cli.terminal.note('Files that may have been edited were kept. --force overwrites them.');
  }
  return exitCodes.done;
}
