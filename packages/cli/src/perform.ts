import type { Cli, NamedServer } from './cli.ts';
import { type ExitCode, exitCodeOf, UsageError } from './exit.ts';
import { errorJson, errorLine } from './output/error-line.ts';
import { createTerminal } from './output/terminal.ts';

/** What may be said before or behind any command. */
interface GlobalOptions {
  readonly database?: string | undefined;
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly json?: true | undefined;
  readonly verbose?: true | undefined;
}

/** Who is to be asked instead of the database. A database that is named in the same breath is meant. */
function serverOf({ url, token, database }: GlobalOptions): NamedServer | undefined {
  if (url !== undefined && database !== undefined) throw new UsageError('Give --url or --database, not both.');
  const named = url ?? (database === undefined ? process.env['TASKER_URL'] : undefined);
  return named ? { url: named, token: token ?? (process.env['TASKER_TOKEN'] || undefined) } : undefined;
}

/** For commands that need the database itself. */
export async function performHere(command: Performed, work: Work): Promise<void> {
  await perform(command, (cli, options) => {
    if (options.url !== undefined) throw new UsageError('This command works on the database: leave --url out.');
    return work(cli, options);
  });
}

interface Performed {
  optsWithGlobals(): object;
}

type Work = (cli: Cli, options: GlobalOptions) => Promise<ExitCode>;

/** Runs a command and sees to its exit code; an error is one clear line. */
export async function perform(command: Performed, work: Work): Promise<void> {
  const options: GlobalOptions = command.optsWithGlobals();
  const { json = false, verbose = false } = options;
  const terminal = createTerminal(json);
  try {
    const { loadConfiguration } = await import('./configuration.ts');
    const { config } = await loadConfiguration(options);
    const { url: database } = config.database;
    process.exitCode = await work({ terminal, config, database, server: serverOf(options), verbose }, options);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    terminal.printJson(errorJson(error));
    if (!json) terminal.note(`tasker: ${errorLine(error)}`);
    if ((verbose || process.env['TASKER_LOG_LEVEL'] === 'debug') && error instanceof Error) {
      terminal.note(error.stack ?? '');
    }
  }
}
