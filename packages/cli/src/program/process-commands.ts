import type { Command } from '@commander-js/extra-typings';
import { perform, performHere } from '../perform.ts';

/** `dev`, `server` and `worker`: processes that run until they are stopped. */
export function addProcessCommands(program: Command): void {
  program
    .command('dev')
    .description('work on tasks, on the embedded database unless told otherwise')
    .option('--tasks <file...>', 'modules that export tasks, or templates in YAML')
    .option('--templates <path...>', 'files and folders of templates in YAML or JSON')
    .option('--host <host>', 'where the server listens (default: TASKER_HOST, else 127.0.0.1)')
    .option('--port <number>', '(default: TASKER_PORT or PORT, else 3000, or any that is free)')
    .option('--insecure', 'listen beyond this machine although nobody is asked who they are')
    .option('--cors-origin <origin...>', 'pages of other origins that may use the API; * lets in all')
    .action((options, command) =>
      performHere(command, async (cli) => (await import('../commands/run-dev.ts')).runDev(cli, options)),
    );

  program
    .command('server')
    .description('answer HTTP until it is stopped: the API, live events, health, the reference')
    .option('--host <host>', 'where to listen (default: TASKER_HOST, else 127.0.0.1)')
    .option('--port <number>', '0: any that is free (default: TASKER_PORT or PORT, else 3000)')
    .option('--insecure', 'listen beyond this machine although nobody is asked who they are')
    .option('--cors-origin <origin...>', 'pages of other origins that may use the API; * lets in all')
    .option('--tasks <file...>', 'register the templates of these; their steps are left to workers')
    .action((options, command) =>
      performHere(command, async (cli) => (await import('../commands/run-server.ts')).runServer(cli, options)),
    );

  const worker = program
    .command('worker')
    .description('work on steps until it is stopped')
    .option('--tasks <file...>', 'modules that export tasks, or templates in YAML')
    .option('--health-port <number>', 'answer probes on this port: /tasker/health/live and /tasker/health/ready')
    .action((options, command) =>
      performHere(command, async (cli) => (await import('../commands/run-worker.ts')).runWorker(cli, options)),
    );
  worker
    .command('list')
    .description('list workers')
    .option('--all', 'also those that are gone')
    .action((options, command) =>
      perform(command, async (cli) => (await import('../commands/list-workers.ts')).listWorkers(cli, options)),
    );
}
