import { createTasker, printableUrl } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { type LoadedTasks, loadTasks } from '../input/load-tasks.ts';
import { commandName } from '../output/command-name.ts';
import { createLogger } from '../output/logger.ts';
import { untilSignal } from '../until-signal.ts';

export interface RunDevOptions {
  /** Files with tasks. */
  readonly tasks: readonly string[];
}

/** Works on tasks until it is stopped. What has changed since the last time is registered as it is now. */
export async function runDev(cli: Cli, options: RunDevOptions): Promise<ExitCode> {
  const loaded = await loadTasks(options.tasks);
  const { terminal } = cli;
  const tasker = await createTasker({
    ...loaded,
    database: cli.database,
    replaceTemplates: true,
    worker: {},
    logger: createLogger(terminal, cli.verbose ? 'debug' : 'info'),
  });
  try {
    const templates = templateNames(loaded);
    terminal.printJson({ database: printableUrl(cli.database), kind: tasker.db.kind, templates });
    terminal.print(`Database   ${printableUrl(cli.database)} (${kinds[tasker.db.kind]})`);
    terminal.print(`Templates  ${templates.join('\n           ') || 'none'}`);
    terminal.print(`Working on them. Submit one from another terminal: ${commandName} task submit NAMESPACE/NAME`);
    terminal.print('Ctrl-C stops.');
    await untilSignal();
    terminal.print('Stopping: running steps are finished first. Ctrl-C again stops at once.');
  } finally {
    await tasker.stop();
  }
  return exitCodes.done;
}

const kinds = { server: 'PostgreSQL', embedded: 'embedded PostgreSQL', pglite: 'PGlite in this process' } as const;

function templateNames({ tasks, templates }: LoadedTasks): string[] {
  const documents = [...tasks.map(({ document }) => document), ...templates];
  return documents.map(({ namespace_name, name, version }) => `${namespace_name}/${name}@${version}`);
}
