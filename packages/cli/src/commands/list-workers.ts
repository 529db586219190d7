import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';

const mostNamed = 3;

export interface ListWorkersOptions {
  /** Also those that are gone. */
  readonly all?: boolean | undefined;
}

export async function listWorkers(cli: Cli, { all = false }: ListWorkersOptions): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.workers.list({ all });
    terminal.printJson(list);
    const { workers } = list;
    if (workers.length === 0) terminal.print('No worker is running. Start one with `tasker worker --tasks FILE`.');
    else {
      const header = ['WORKER', 'STATE', 'HOLDS', 'SINCE', 'HEARD OF', 'HANDLERS'].map((title) =>
        terminal.style('dim', title),
      );
      const rows = workers.map(({ name, state, held_steps, concurrency, started_at, heartbeat_at, handlers }) => [
        name,
        terminal.style(state === 'running' ? 'green' : 'yellow', state),
        `${held_steps} of ${concurrency}`,
        formatTime(new Date(started_at)),
        formatTime(new Date(heartbeat_at)),
        summarise(handlers),
      ]);
      for (const line of layOut([header, ...rows])) terminal.print(line);
    }
    return exitCodes.done;
  });
}

/** A few by name, as `namespace/handler`; of more there are only counts, since `--json` has them all. */
function summarise(handlers: readonly string[]): string {
  if (handlers.length <= mostNamed) return handlers.join(', ');
  const namespaces = new Set(handlers.map((handler) => handler.slice(0, handler.indexOf('/'))));
  return `${handlers.length} in ${namespaces.size === 1 ? [...namespaces].join('') : `${namespaces.size} namespaces`}`;
}
