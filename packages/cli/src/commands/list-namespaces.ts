import { listNamespaces as readNamespaces } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { namespaceJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export async function listNamespaces(cli: Cli): Promise<ExitCode> {
  const { terminal } = cli;
  return withDatabase(cli, async (db) => {
    const namespaces = await readNamespaces(db);
    terminal.printJson({ namespaces: namespaces.map(namespaceJson) });
    const header = ['NAMESPACE', 'TEMPLATES', 'WORKERS', 'DESCRIPTION'].map((title) => terminal.style('dim', title));
    const rows = namespaces.map(({ name, templates, workers, description }) => [
      name,
      String(templates),
      String(workers),
      description ?? '',
    ]);
    for (const line of layOut([header, ...rows])) terminal.print(line);
    return exitCodes.done;
  });
}
