import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';

export interface ListTemplatesOptions {
  readonly namespace?: string | undefined;
}

export async function listTemplates(cli: Cli, { namespace }: ListTemplatesOptions): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.templates.list({ namespace });
    terminal.printJson(list);
    const { templates } = list;
    if (templates.length === 0) terminal.print('There are no templates. Register one: tasker template register FILE');
    else {
      const header = ['TEMPLATE', 'STEPS', 'REVISION', 'REGISTERED'].map((title) => terminal.style('dim', title));
      const rows = templates.map(({ namespace: room, name, version, step_count, revision, registered_at }) => [
        `${room}/${name}@${version}`,
        String(step_count),
        String(revision),
        formatTime(new Date(registered_at)),
      ]);
      for (const line of layOut([header, ...rows])) terminal.print(line);
    }
    return exitCodes.done;
  });
}
