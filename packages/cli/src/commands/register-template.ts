import { readFileSync } from 'node:fs';
import { readTemplateYaml, type TemplateDocument } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { counted } from '../output/counted.ts';
import { errorLine } from '../output/error-line.ts';
import { withTasker } from '../session.ts';

export interface RegisterTemplateOptions {
  /** Different content under a version that exists becomes a new revision of it. */
  readonly replace?: boolean | undefined;
}

/** All files are read before any is registered, so that a mistake in the last leaves nothing half done. */
export async function registerTemplate(
  cli: Cli,
  files: readonly string[],
  { replace = false }: RegisterTemplateOptions,
): Promise<ExitCode> {
  const documents = files.flatMap(readTemplates);
  return withTasker(cli, async (tasker) => {
    const registered = [];
    for (const document of documents)
      registered.push((await tasker.templates.register({ template: document, replace })).template);
    cli.terminal.printJson({
      templates: registered.map(({ namespace, name, version, revision }) => ({
        namespace,
        name,
        version,
        revision,
      })),
    });
    for (const { namespace, name, version, revision, step_count } of registered) {
      const again = revision === 1 ? '' : `, revision ${revision}`;
      cli.terminal.print(`Registered ${namespace}/${name}@${version}${again}: ${counted(step_count, 'step')}.`);
    }
    return exitCodes.done;
  });
}

function readTemplates(file: string): TemplateDocument[] {
  return readTemplateYaml(readText(file), { file });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorLine(error)}`);
  }
}
