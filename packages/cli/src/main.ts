import { Command, CommanderError } from '@commander-js/extra-typings';
import { exitCodes, UsageError } from './exit.ts';
import { errorJson } from './output/error-line.ts';
import { createTerminal, endQuietlyWithoutReader } from './output/terminal.ts';
import { addAuthoringCommands } from './program/authoring-commands.ts';
import { addCompletionCommand } from './program/completion-command.ts';
import { addDatabaseCommands } from './program/database-commands.ts';
import { addExampleCommands } from './program/example-commands.ts';
import { addHandlerCommands } from './program/handler-commands.ts';
import { addProcessCommands } from './program/process-commands.ts';
import { addStepCommands } from './program/step-commands.ts';
import { addTaskCommands } from './program/task-commands.ts';
import { addTemplateCommands } from './program/template-commands.ts';
import { readVersion } from './version.ts';

// The argument table is in program/. What a command does is in commands/, loaded when it is called: `tasker --help` must
// not wait for a database driver.

// looked for by hand: what cannot be parsed has no options
const json = process.argv.includes('--json');
const program = new Command('tasker')
  .description('A durable workflow engine on PostgreSQL.')
  .version(readVersion(), '-V, --version', 'print the version')
  .option('--database <url>', 'postgres://…, file:DIR or memory: (default: what is configured, else file:.tasker)')
  .option('--config <file>', 'the configuration (default: TASKER_CONFIG, else tasker.config.* in this folder)')
  .option('--url <url>', 'ask this server instead of the database (default: TASKER_URL)', collect)
  .option('--token <token>', 'say to the server who you are (default: TASKER_TOKEN)', collect)
  .option('--json', 'print one JSON document and nothing else')
  .option('--verbose', 'print stacks and the engine’s log')
  .helpOption('-h, --help', 'print help')
  .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
  .configureOutput({ writeErr: (text) => json || process.stderr.write(text) })
  .showHelpAfterError('(--help says what there is)')
  .exitOverride();

program.commandsGroup('See it work:');
addExampleCommands(program);
program.commandsGroup('Run:');
addProcessCommands(program);
program.commandsGroup('Templates and handlers:');
addTemplateCommands(program);
addHandlerCommands(program);
addAuthoringCommands(program);
program.commandsGroup('Tasks and steps:');
addTaskCommands(program);
addStepCommands(program);
program.commandsGroup('Database:');
addDatabaseCommands(program);
program.commandsGroup('Help:').helpCommand('help [command]', 'say what a command does');
addCompletionCommand(program);

endQuietlyWithoutReader();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // It has said what is wrong; asking for help or the version is no fault.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error.exitCode !== 0) createTerminal(json).printJson(errorJson(new UsageError(usageMessage(error))));
}

/** In the words of our other messages. */
function usageMessage({ code, message }: CommanderError): string {
  return code === 'commander.help'
    ? 'Say which command; `--help` says what there is.'
    : message.replace(/^error: /, '').replaceAll('\n', ' ');
}

/** An option that may be given again and again. */
function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
