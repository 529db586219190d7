import { relative } from 'node:path';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { findExamples } from '../input/find-examples.ts';
import { commandName } from '../output/command-name.ts';
import { layOut } from '../output/table.ts';

/** Lists what `tasker example run` can run. */
export async function listExamples({ terminal }: Cli): Promise<ExitCode> {
  const examples = await findExamples();
  const listed = examples.map(({ name, title, template, context }) => ({
    name,
    title,
    template,
    context: relative(process.cwd(), context),
  }));
  terminal.printJson({ examples: listed });
  for (const line of layOut(listed.map(({ name, template, title }) => [name, template, title]))) terminal.print(line);
  terminal.print();
  terminal.print(`Run one: ${commandName} example run ${examples[0]?.name ?? 'NAME'}`);
  terminal.print('With `npm start` in another terminal, submit any of them there:');
  for (const [template, context] of new Map(listed.map((each) => [each.template, each.context]))) {
    terminal.print(`  ${commandName} task submit ${template} --context-file ${context} --wait`);
  }
  return exitCodes.done;
}
