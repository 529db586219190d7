import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { withTasker } from '../session.ts';

/** Prints what can be submitted in a namespace. */
export async function listHandlers(cli: Cli, namespace: string): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.handlers.list({ namespace });
    terminal.printJson(list);
    if (list.handlers.length === 0) {
      terminal.print(`Nothing can be submitted in ${namespace}. Register a template: tasker template register FILE`);
      return exitCodes.done;
    }
    const header = ['TASK', 'LATEST', 'VERSIONS'].map((title) => terminal.style('dim', title));
    const rows = list.handlers.map(({ name, latest_version: latest, versions }) => [
      `${namespace}/${name}`,
      latest,
      versions.join(', '),
    ]);
    for (const line of layOut([header, ...rows])) terminal.print(line);
    return exitCodes.done;
  });
}
