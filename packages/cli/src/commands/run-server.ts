import { createTasker, printableUrl } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { engineOptions } from '../engine-options.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { type ListenOptions, listenAddress } from '../input/listen-address.ts';
import { loadTasks } from '../input/load-tasks.ts';
import { openServer } from '../open-server.ts';
import { untilSignal } from '../until-signal.ts';

export interface RunServerOptions extends ListenOptions {
  readonly insecure?: boolean | undefined;
  readonly corsOrigin?: readonly string[] | undefined;
  /** Files with tasks: their templates are registered, their steps are left to workers. */
  readonly tasks?: readonly string[] | undefined;
}

/** Answers HTTP until it is stopped; then it takes no more requests and answers those under way. */
export async function runServer(cli: Cli, options: RunServerOptions): Promise<ExitCode> {
  const { terminal, config } = cli;
  const address = listenAddress(options, process.env);
  const loaded = await loadTasks(options.tasks ?? []);
  const engine = await engineOptions(cli, loaded);
  const tasker = await createTasker({ ...engine, worker: false });
  try {
    const { insecure, corsOrigin: corsOrigins } = options;
    const server = await openServer(tasker, { address, config, insecure, corsOrigins, logger: engine.logger });
    terminal.printJson({ url: `${server.url}/`, database: printableUrl(cli.database), kind: tasker.db.kind });
    terminal.print(`Tasker answers at ${server.url}/ from ${printableUrl(cli.database)}.`);
    await untilSignal();
    terminal.print('Stopping: requests under way are answered first. Asked again, it stops at once.');
    await server.stop();
  } finally {
    await tasker.stop();
  }
  return exitCodes.done;
}
