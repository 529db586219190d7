import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** `completion`: of all the commands there are. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print what bash, zsh or fish is to read to complete this command')
    .argument('<shell>', 'bash, zsh or fish')
    .action((shell, _, command) =>
      perform(command, async ({ terminal }) =>
        (await import('../commands/print-completion.ts')).printCompletion(terminal, shell, program),
      ),
    );
}
