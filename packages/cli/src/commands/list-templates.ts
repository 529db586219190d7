import { listTemplates as readTemplates } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { formatTime } from '../output/time.ts';
import { templateJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export interface ListTemplatesOptions {
  readonly namespace?: string | undefined;
}

export async function listTemplates(cli: Cli, { namespace }: ListTemplatesOptions): Promise<ExitCode> {
  const { terminal } = cli;
  return withDatabase(cli, async (db) => {
    const templates = await readTemplates(db, { namespace });
    terminal.printJson({ templates: templates.map(templateJson) });
    if (templates.length === 0) terminal.print('There are no templates. Register one: tasker template register FILE');
    else {
      const header = ['TEMPLATE', 'STEPS', 'REVISION', 'REGISTERED'].map((title) => terminal.style('dim', title));
      const rows = templates.map(({ namespace: room, name, version, document, revision, registeredAt }) => [
        `${room}/${name}@${version}`,
        String(document.steps.length),
        String(revision),
        formatTime(registeredAt),
      ]);
      for (const line of layOut([header, ...rows])) terminal.print(line);
    }
    return exitCodes.done;
  });
}
