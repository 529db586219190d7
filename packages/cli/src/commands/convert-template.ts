import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { convertTemplates } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { errorLine } from '../output/error-line.ts';

export interface ConvertTemplateOptions {
  readonly to: string;
  /** Where to write; absent: standard output. */
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
}

/** Brings the templates of a file into the canonical dialect. What the new text cannot say is told beside it. */
export async function convertTemplate(
  { terminal }: Cli,
  file: string,
  { to, out, force = false }: ConvertTemplateOptions,
): Promise<ExitCode> {
  if (to !== 'canonical') throw new UsageError(`--to is canonical, not "${to}".`);
  if (out !== undefined && existsSync(out) && !force) {
    throw new UsageError(`${out} is there already. Name another file with --out, or overwrite it with --force.`);
  }
  const { yaml, lost } = convertTemplates(readText(file), { file });
  for (const sentence of lost) terminal.note(`${file}: ${sentence}`);
  terminal.printJson({ file, out: out ?? null, yaml, lost: [...lost] });
  if (out === undefined) terminal.print(yaml.trimEnd());
  else {
    writeFileSync(out, yaml);
    terminal.print(`Written to ${out}.`);
  }
  return exitCodes.done;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorLine(error)}`);
  }
}
