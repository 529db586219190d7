import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { withTasker } from '../session.ts';

export async function listNamespaces(cli: Cli): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.namespaces.list();
    terminal.printJson(list);
    const header = ['NAMESPACE', 'TEMPLATES', 'WORKERS', 'DESCRIPTION'].map((title) => terminal.style('dim', title));
    const rows = list.namespaces.map(({ name, templates, workers, description }) => [
      name,
      String(templates),
      String(workers),
      description ?? '',
    ]);
    for (const line of layOut([header, ...rows])) terminal.print(line);
    return exitCodes.done;
  });
}
