import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** `handler`: what can be submitted, and who can run it. */
export function addHandlerCommands(program: Command): void {
  const handler = program
    .command('handler')
    .description('handlers of tasks: what can be submitted, and who can run it');
  handler
    .command('namespaces')
    .description('list namespaces with the number of tasks that can be submitted to each')
    .action((_, command) =>
      perform(command, async (cli) =>
        (await import('../commands/list-handler-namespaces.ts')).listHandlerNamespaces(cli),
      ),
    );
  handler
    .command('list')
    .description('list what can be submitted in a namespace, with its versions')
    .argument('<namespace>')
    .action((namespace, _, command) =>
      perform(command, async (cli) => (await import('../commands/list-handlers.ts')).listHandlers(cli, namespace)),
    );
  handler
    .command('show')
    .description('print what a task needs: its context, its steps, and whether workers can run it now')
    .argument('<task>', 'namespace/name, or namespace/name@version')
    .action((reference, _, command) =>
      perform(command, async (cli) => (await import('../commands/show-handler.ts')).showHandler(cli, reference)),
    );
}
