import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { withTasker } from '../session.ts';

/** Prints how many different tasks can be submitted to each namespace. */
export async function listHandlerNamespaces(cli: Cli): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.handlers.namespaces();
    terminal.printJson(list);
    const header = ['NAMESPACE', 'TASKS'].map((title) => terminal.style('dim', title));
    const rows = list.namespaces.map(({ name, handler_count: count }) => [name, String(count)]);
    for (const line of layOut([header, ...rows])) terminal.print(line);
    return exitCodes.done;
  });
}
