import type { Cli, NamedServer } from './cli.ts';
import type { NamedConfiguration } from './configuration.ts';
import { type ExitCode, exitCodeOf, UsageError } from './exit.ts';
import { errorJson, errorLine } from './output/error-line.ts';
import { createTerminal } from './output/terminal.ts';

/** What may be said before or behind any command. */
interface GlobalOptions {
  readonly database?: string | undefined;
  readonly config?: string | undefined;
  readonly url?: readonly string[] | undefined;
  readonly token?: readonly string[] | undefined;
  readonly json?: true | undefined;
  readonly verbose?: true | undefined;
}

/** Who is to be asked instead of the database. A database that is named in the same breath is meant. */
function serversOf({ url, token = [], database }: GlobalOptions): NamedServer[] {
  if (url !== undefined && database !== undefined) throw new UsageError('Give --url or --database, not both.');
  const usual = database === undefined ? process.env['TASKER_URL'] : undefined;
  const urls = url ?? (usual ? [usual] : []);
  if (token.length > 1 && token.length !== urls.length) {
    throw new UsageError(
      `Give --token once for all servers, or once for each --url in their order: there are ${token.length} tokens ` +
        `for ${urls.length} servers.`,
    );
  }
  return urls.map((each, place) => ({
    url: each,
    token: token[place] ?? token[0] ?? (process.env['TASKER_TOKEN'] || undefined),
  }));
}

/** For commands that need the database itself. */
export async function performHere(command: Performed, work: Work): Promise<void> {
  const { url }: GlobalOptions = command.optsWithGlobals();
  await perform(command, (cli, options) => {
    if (url !== undefined) throw new UsageError('This command works on the database: leave --url out.');
    return work(cli, options);
  });
}

interface Performed {
  optsWithGlobals(): object;
}

type Work = (cli: Cli, options: NamedConfiguration) => Promise<ExitCode>;

/** Runs a command that asks one Tasker. */
export async function perform(command: Performed, work: Work): Promise<void> {
  await performAcross(command, ([cli, ...others], options) => {
    if (others.length > 0) throw new UsageError('Give --url once: this command asks one server.');
    return work(cli, options);
  });
}

type WorkAcross = (places: readonly [Cli, ...Cli[]], options: NamedConfiguration) => Promise<ExitCode>;

/**
 * Runs a command that may ask several Taskers, and sees to its exit code; an error is one clear line. Without a server
 * there is the database.
 */
export async function performAcross(command: Performed, work: WorkAcross): Promise<void> {
  const options: GlobalOptions = command.optsWithGlobals();
  const { json = false, verbose = false } = options;
  const terminal = createTerminal(json);
  try {
    const { loadConfiguration } = await import('./configuration.ts');
    const { config, origins } = await loadConfiguration(options);
    const logLevel = origins.has('log.level') ? config.log.level : undefined;
    const { url: database } = config.database;
    const alone = { terminal, config, database, server: undefined, verbose, logLevel };
    const [first, ...others] = serversOf(options).map((server) => ({ ...alone, server }));
    process.exitCode = await work([first ?? alone, ...others], options);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    terminal.printJson(errorJson(error));
    if (!json) terminal.note(`tasker: ${errorLine(error)}`);
    if ((verbose || process.env['TASKER_LOG_LEVEL'] === 'debug') && error instanceof Error) {
      terminal.note(error.stack ?? '');
    }
  }
}
