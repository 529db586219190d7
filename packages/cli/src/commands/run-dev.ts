import { extname } from 'node:path';
import type { StepEvent } from '@tasker/contract';
import { createTasker, printableUrl, type TaskerConfig } from '@tasker/engine';
import type { Server } from '@tasker/server';
import type { Cli } from '../cli.ts';
import { develop } from '../dev/keep-loading.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { type ListenOptions, listenAddress } from '../input/listen-address.ts';
import { openServer } from '../open-server.ts';
import { commandName } from '../output/command-name.ts';
import { createLogger } from '../output/logger.ts';
import { readableFrame } from '../output/readable-frame.ts';
import { errorText } from '../output/step-graph.ts';
import { untilSignal } from '../until-signal.ts';

export interface RunDevOptions extends ListenOptions {
  readonly insecure?: boolean | undefined;
  readonly corsOrigin?: readonly string[] | undefined;
  /** Files with tasks. */
  readonly tasks?: readonly string[] | undefined;
  /** Files and folders with templates. Default: the configured ones. */
  readonly templates?: readonly string[] | undefined;
}

/**
 * Works on tasks and answers HTTP until it is stopped. What has changed since the last time is registered as it is now, and again
 * whenever a file changes.
 */
export async function runDev(cli: Cli, options: RunDevOptions): Promise<ExitCode> {
  const development = await develop(sourcesOf(options, cli.config));
  const { terminal } = cli;
  const logger = createLogger(cli, 'info');
  const tasker = await createTasker({
    ...development.loaded,
    database: cli.database,
    replaceTemplates: true,
    slowThresholdMs: cli.config.telemetry.slowThresholdMs,
    worker: {},
    logger,
  });
  let server: Server | undefined;
  try {
    const address = listenAddress(options, process.env);
    server = await openServer(tasker, {
      logger,
      address,
      config: cli.config,
      insecure: options.insecure,
      corsOrigins: options.corsOrigin,
      orAnyPort: true,
    });
    const names = tasker.handlers().map(({ namespace, name, version }) => `${namespace}/${name}@${version}`);
    terminal.printJson({
      url: `${server.url}/`,
      database: printableUrl(cli.database),
      kind: tasker.db.kind,
      templates: names,
    });
    terminal.print(`Server     ${server.url}/`);
    terminal.print(`Database   ${printableUrl(cli.database)} (${kinds[tasker.db.kind]})`);
    terminal.print(`Templates  ${names.join('\n           ') || 'none'}`);
    terminal.print(`Working on them. Submit one from another terminal: ${commandName} task submit NAMESPACE/NAME`);
    tasker.on('step.failed', (event) => terminal.note(failureLine(event)));
    await development.keepLoading(tasker, (line) => terminal.note(line));
    terminal.print('Ctrl-C stops.');
    await untilSignal();
    terminal.print('Stopping: running steps are finished first. Ctrl-C again stops at once.');
  } finally {
    await development.stop();
    await server?.stop();
    await tasker.stop();
  }
  return exitCodes.done;
}

/** With the place in the program: whoever sees it is about to open that file. */
function failureLine({ namespace, task_name: task, step_name: step, task_id: id, ...event }: StepEvent): string {
  const {
    error_code: code,
    exception_class: kind = 'Error',
    error_message: message = '',
    backtrace: [frame] = [],
  } = event;
  const failure = errorText({ ...(code === undefined ? {} : { code }), class: kind, message });
  const place = frame === undefined ? '' : `\n    ${readableFrame(frame)}`;
  return `${namespace}/${task} ${id}: ${step} failed, attempt ${event.attempt_number} of ${event.retry_limit}: ${failure}${place}`;
}

const kinds = { server: 'PostgreSQL', embedded: 'embedded PostgreSQL', pglite: 'PGlite in this process' } as const;

const isTemplateFile = (file: string) => ['.yaml', '.yml', '.json'].includes(extname(file).toLowerCase());

function sourcesOf({ tasks = [], templates: given }: RunDevOptions, config: TaskerConfig) {
  const templates = given ?? config.templates.folders;
  const modules = tasks.filter((file) => !isTemplateFile(file));
  const named = [...templates, ...tasks.filter(isTemplateFile)];
  if (modules.length + named.length > 0) {
    return { modules, templates: named, environment: config.environment };
  }
  throw new UsageError(
    'There is nothing to work on: name modules with --tasks, or folders of templates with --templates or TASKER_TEMPLATES.',
  );
}
