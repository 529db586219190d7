import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { findExamples } from '../input/find-examples.ts';
import { commandName } from '../output/command-name.ts';
import { layOut } from '../output/table.ts';

/** Lists what `tasker example run` can run. */
export async function listExamples({ terminal }: Cli): Promise<ExitCode> {
  const examples = await findExamples();
  terminal.printJson({ examples: examples.map(({ name, title, template }) => ({ name, title, template })) });
  for (const line of layOut(examples.map(({ name, template, title }) => [name, template, title]))) terminal.print(line);
  terminal.print();
  terminal.print(`Run one: ${commandName} example run ${examples[0]?.name ?? 'NAME'}`);
  return exitCodes.done;
}
