import { listWorkers as readWorkers } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { layOut } from '../output/table.ts';
import { formatTime } from '../output/time.ts';
import { workerJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export interface ListWorkersOptions {
  /** Also those that are gone. */
  readonly all?: boolean | undefined;
}

export async function listWorkers(cli: Cli, { all = false }: ListWorkersOptions): Promise<ExitCode> {
  const { terminal } = cli;
  return withDatabase(cli, async (db) => {
    const workers = await readWorkers(db, { all });
    terminal.printJson({ workers: workers.map(workerJson) });
    if (workers.length === 0) terminal.print('No worker is running. Start one with `tasker dev --tasks FILE`.');
    else {
      const header = ['WORKER', 'STATE', 'HOLDS', 'SINCE', 'HEARD OF', 'HANDLERS'].map((title) =>
        terminal.style('dim', title),
      );
      const rows = workers.map(({ name, state, heldSteps, concurrency, startedAt, heartbeatAt, handlers }) => [
        name,
        terminal.style(state === 'running' ? 'green' : 'yellow', state),
        `${heldSteps} of ${concurrency}`,
        formatTime(startedAt),
        formatTime(heartbeatAt),
        handlers.join(', '),
      ]);
      for (const line of layOut([header, ...rows])) terminal.print(line);
    }
    return exitCodes.done;
  });
}
