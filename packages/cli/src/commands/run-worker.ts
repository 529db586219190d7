import { createTasker, printableUrl, type Tasker } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { engineOptions } from '../engine-options.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { type HealthPort, openHealthPort } from '../health-port.ts';
import { loadTasks } from '../input/load-tasks.ts';
import { untilSignal } from '../until-signal.ts';

export interface RunWorkerOptions {
  /** Files with tasks. */
  readonly tasks?: readonly string[] | undefined;
  readonly healthPort?: string | undefined;
}

/** Works on steps until it is stopped; then it finishes those that run and hands back the rest. */
export async function runWorker(cli: Cli, { tasks = [], healthPort }: RunWorkerOptions): Promise<ExitCode> {
  const { terminal, config } = cli;
  const port = portOf(healthPort);
  if (tasks.length === 0 && config.templates.folders.length === 0) {
    throw new UsageError(
      'A worker needs tasks: name their files with --tasks, or their folders with TASKER_TEMPLATES.',
    );
  }
  if (!config.worker.enabled) {
    throw new UsageError('TASKER_WORKER_ENABLED (or `worker.enabled`) says that this process is not to work on steps.');
  }
  const tasker = await createTasker(await engineOptions(cli, await loadTasks(tasks)));
  let health: HealthPort | undefined;
  try {
    health = port === undefined ? undefined : await openHealthPort({ host: hostOf(), port, check: () => ask(tasker) });
    tellStart(cli, tasker, health);
    await untilSignal();
    health?.stopping();
    terminal.print('Stopping: running steps are finished first. Asked again, it stops at once.');
  } finally {
    await tasker.stop();
    await health?.close();
  }
  return exitCodes.done;
}

function tellStart({ terminal, database }: Cli, tasker: Tasker, health: HealthPort | undefined): void {
  const served = tasker.handlers();
  const templates = served.map(({ namespace, name, version }) => `${namespace}/${name}@${version}`);
  terminal.printJson({
    database: printableUrl(database),
    kind: tasker.db.kind,
    templates,
    health: health?.url ?? null,
  });
  terminal.print(`Working on ${templates.join(', ') || 'nothing yet'} from ${printableUrl(database)}.`);
  if (health !== undefined) terminal.print(`Probes are answered at ${health.url}/tasker/health/ready.`);
}

const ask = (tasker: Tasker) => tasker.db.query({ text: 'select 1' });

/** Where the server listens, too. An empty variable is how container files say that there is none. */
const hostOf = () => process.env['TASKER_HOST'] || '127.0.0.1';

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text.trim() !== '') return port;
  throw new UsageError(`--health-port is a number from 0 to 65535, not ${JSON.stringify(text)}.`);
}
