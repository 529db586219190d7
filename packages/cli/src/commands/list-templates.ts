import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { readPageSize } from '../input/page-size.ts';
import { layOut } from '../output/table.ts';
import { formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';

export interface ListTemplatesOptions {
  readonly namespace?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export async function listTemplates(cli: Cli, options: ListTemplatesOptions): Promise<ExitCode> {
  const { namespace, cursor } = options;
  const limit = readPageSize(options.limit);
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.templates.list({ namespace, limit, cursor });
    terminal.printJson(list);
    const { templates, next_cursor: next } = list;
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
    if (next !== null) terminal.print(terminal.style('dim', `More: add --cursor ${next}`));
    return exitCodes.done;
  });
}
