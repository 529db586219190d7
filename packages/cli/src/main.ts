import { Command, CommanderError } from '@commander-js/extra-typings';
import { exitCodes } from './exit.ts';
import { parseTaskId } from './input/task-id.ts';
import { endQuietlyWithoutReader } from './output/terminal.ts';
import { perform, performAcross, performHere } from './perform.ts';
import { readVersion } from './version.ts';

// The argument table. What a command does is in commands/, loaded when it is called: `tasker --help` must not wait for
// a database driver.

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
  .showHelpAfterError('(--help says what there is)')
  .exitOverride();

program
  .command('demo')
  .description('run one order to completion, with a payment time-out on the way')
  .action((_, command) =>
    performHere(command, async (cli, { database }) => {
      const { demoDatabase, runDemo } = await import('./commands/run-demo.ts');
      return runDemo({ ...cli, database: database ?? demoDatabase });
    }),
  );

const example = program.command('example').description('the examples of the repository, on simulated services');
example
  .command('list')
  .description('list what can be run')
  .action((_, command) =>
    performHere(command, async (cli) => (await import('./commands/list-examples.ts')).listExamples(cli)),
  );
example
  .command('run')
  .description('run one to its end and watch it')
  .argument('<name>', 'as listed')
  .option('--fail <where>', 'STEP, STEP:ERROR or STEP:ERROR:TIMES: what is to go wrong, by default a timeout, once')
  .action((name, options, command) =>
    performHere(command, async (cli, { database }) => {
      const { exampleDatabase, runExample } = await import('./commands/run-example.ts');
      return runExample({ ...cli, database: database ?? exampleDatabase }, name, options);
    }),
  );

program
  .command('dev')
  .description('work on tasks, on the embedded database unless told otherwise')
  .option('--tasks <file...>', 'modules that export tasks, or templates in YAML')
  .option('--templates <path...>', 'files and folders of templates in YAML or JSON')
  .option('--host <host>', 'where the server listens (default: TASKER_HOST, else 127.0.0.1)')
  .option('--port <number>', '(default: TASKER_PORT or PORT, else 3000, or any that is free)')
  .option('--insecure', 'listen beyond this machine although nobody is asked who they are')
  .action((options, command) =>
    performHere(command, async (cli) => (await import('./commands/run-dev.ts')).runDev(cli, options)),
  );

const migrate = program.command('migrate').description('bring the database up to date');
migrate
  .command('up', { isDefault: true })
  .description('apply what is missing')
  .action((_, command) =>
    performHere(command, async (cli) => (await import('./commands/migrate-database.ts')).migrateDatabase(cli)),
  );
migrate
  .command('status')
  .description('say what is applied and what is missing (exit code 1)')
  .action((_, command) =>
    performHere(command, async (cli) => (await import('./commands/migrate-database.ts')).showMigrations(cli)),
  );

const template = program.command('template').description('templates: what tasks are made of');
template
  .command('validate')
  .description('say everything that is wrong with templates in files and folders; exit code 1 if something is')
  .argument('<path...>', 'files, or folders at any depth')
  .option('--env <environment>', 'whose overrides are merged in (default: TASKER_ENV, else development)')
  .option('--strict', 'let warnings fail too, and print hints')
  .action((paths, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/validate-templates.ts')).validateTemplates(cli, paths, options),
    ),
  );
template
  .command('register')
  .description('register the templates in YAML or JSON files')
  .argument('<file...>')
  .option('--replace', 'make different content under a version that exists a new revision of it')
  .action((files, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/register-template.ts')).registerTemplate(cli, files, options),
    ),
  );
template
  .command('list')
  .description('list templates')
  .option('--namespace <name>')
  .action((options, command) =>
    perform(command, async (cli) => (await import('./commands/list-templates.ts')).listTemplates(cli, options)),
  );
template
  .command('show')
  .description('print the graph of a template')
  .argument('<template>', 'a file, or namespace/name, or namespace/name@version')
  .option('--env <environment>', 'of a file: whose overrides are merged in')
  .action((named, options, command) =>
    perform(command, async (cli) => (await import('./commands/show-template.ts')).showTemplate(cli, named, options)),
  );
template
  .command('diff')
  .description('say what one template has that another has not')
  .argument('<before>', 'a file, or namespace/name, or namespace/name@version, or with #2 behind it a revision')
  .argument('<after>')
  .option('--env <environment>', 'of files: whose overrides are merged in')
  .option('--exit-code', 'exit code 1 when they differ')
  .action((before, after, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/diff-templates.ts')).showDifferences(cli, before, after, options),
    ),
  );

template
  .command('graph')
  .description('draw a template, or a task with the states of its steps')
  .argument('[template]', 'a file, or namespace/name, or namespace/name@version')
  .option('--format <format>', 'ascii, mermaid, dot or svg', 'ascii')
  .option('--task <task>', 'draw this task', parseTaskId)
  .option('--env <environment>', 'of a file: whose overrides are merged in')
  .action((named, options, command) =>
    perform(command, async (cli) => (await import('./commands/graph-template.ts')).graphTemplate(cli, named, options)),
  );

template
  .command('types')
  .description('make TypeScript of a template: the types of its context and results, and stubs of its handlers')
  .argument('<template>', 'a file, or namespace/name, or namespace/name@version')
  .option('--out <folder>', 'write the types and the stubs there (default: the types to standard output)')
  .option('--force', 'overwrite stubs that may have been edited')
  .option('--env <environment>', 'of a file: whose overrides are merged in')
  .action((named, options, command) =>
    perform(command, async (cli) => (await import('./commands/generate-types.ts')).generateTypes(cli, named, options)),
  );

template
  .command('convert')
  .description('bring the templates of a file into the canonical dialect')
  .argument('<file>')
  .option('--to <dialect>', 'canonical', 'canonical')
  .option('--out <file>', 'write there (default: standard output)')
  .option('--force', 'overwrite the file given with --out')
  .action((file, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/convert-template.ts')).convertTemplate(cli, file, options),
    ),
  );

const generate = program.command('generate').description('write code to begin with, each with its test');
placed(generate.command('task-handler'))
  .description('a template with handlers for its steps')
  .argument('<name>')
  .option('--namespace <name>', 'the namespace of the template', 'default')
  .option('--task-version <version>', 'the version of the template', '0.1.0')
  .option('--description <text>')
  .option('--steps <step...>', 'they run one after the other', ['fetch_data', 'process_data', 'complete_task'])
  .action((name, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/generate-code.ts')).generateTaskHandler(cli, name, options),
    ),
  );
placed(generate.command('step-handler'))
  .description('the handler of one step')
  .argument('<name>')
  .option('--namespace <name>', 'what its name begins with', 'default')
  .option('--inputs <key...>', 'keys of the context that it needs', ['input_id'])
  .option('--depends <step...>', 'steps whose results it reads', [])
  .action((name, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/generate-code.ts')).generateStepHandler(cli, name, options),
    ),
  );
placed(generate.command('subscriber'))
  .description('something that hears of what happens')
  .argument('<name>')
  .option('--events <event...>', 'what it hears of (default: tasks and steps that complete or fail)', [])
  .option('--metrics', 'count and measure')
  .action((name, options, command) =>
    perform(command, async (cli) =>
      (await import('./commands/generate-code.ts')).generateSubscriber(cli, name, options),
    ),
  );

program
  .command('lint')
  .description('hold handlers and templates to the rules of the guide for step handlers; exit code 1 if one is broken')
  .argument('<path...>', 'files, or folders at any depth')
  .option('--hints', 'print what could be better, too')
  .action((paths, options, command) =>
    perform(command, async (cli) => (await import('./commands/lint-code.ts')).lintCode(cli, paths, options)),
  );

const task = program.command('task').description('tasks: submit, look at, operate');
task
  .command('submit')
  .description('submit a task')
  .argument('<template>', 'namespace/name, or namespace/name@version')
  .option('--context <json>', 'the task’s input; - reads it from standard input')
  .option('--context-file <file>', 'a file with it')
  .option('--wait', 'wait for the end; exit code 3 when the task ends in error')
  .option('--timeout <seconds>', 'with --wait: for so long at most')
  .option('--idempotency-key <key>', 'the same key again returns the task of the first time')
  .option('--priority <number>', '-100 to 100, higher goes first (default: 0)')
  .option('--tag <tag...>')
  .option('--reason <text>')
  .option('--initiator <name>')
  .option('--source-system <name>')
  .option('--correlation-id <id>')
  .option('--bypass <step...>', 'pass over skippable steps')
  .action((reference, options, command) =>
    perform(command, async (cli) => (await import('./commands/submit-task.ts')).submitTask(cli, reference, options)),
  );
task
  .command('list')
  .description('list tasks, the newest first')
  .option('--namespace <name>')
  .option('--name <name>')
  .option('--template-version <version>')
  .option('--status <status>', 'pending, in_progress, complete, error, cancelled or resolved_manually')
  .option('--tag <tag>')
  .option('--initiator <name>')
  .option('--correlation-id <id>')
  .option('--parent-correlation-id <id>')
  .option('--created-after <time>')
  .option('--created-before <time>')
  .option('--search <text>', 'an id or its beginning, an initiator, a tag, or a part of the template’s name')
  .option('--limit <number>', '1 to 100 (default: 20)')
  .option('--cursor <cursor>', 'go on where the page before ended')
  .action((options, command) =>
    perform(command, async (cli) => (await import('./commands/list-tasks.ts')).listTasks(cli, options)),
  );
task
  .command('show')
  .description('print a task: its graph with states, attempts, durations and errors')
  .argument('<task>', 'the task’s id', parseTaskId)
  .action((id, _, command) =>
    perform(command, async (cli) => (await import('./commands/show-task.ts')).showTask(cli, id)),
  );
task
  .command('watch')
  .description('show what becomes of a task until it has ended; exit code 3 when it ends in error')
  .argument('<task>', 'the task’s id', parseTaskId)
  .action((id, _, command) =>
    perform(command, async (cli) => (await import('./commands/watch-task.ts')).watchTask(cli, id)),
  );
task
  .command('explain')
  .description('say why a task is not running: every reason, and what to do about it')
  .argument('<task>', 'the task’s id', parseTaskId)
  .option('--step <step>', 'ask about one step, by name or id')
  .action((id, options, command) =>
    perform(command, async (cli) => (await import('./commands/explain-task.ts')).explainTask(cli, id, options)),
  );
noted(task.command('cancel'), 'cancel a task and its open steps')
  .argument('<task>', 'the task’s id', parseTaskId)
  .action((id, options, command) =>
    perform(command, async (cli) => (await import('./commands/cancel-task.ts')).cancelTask(cli, id, options)),
  );
noted(task.command('retry'), 'give the failed steps of a task their attempts again')
  .argument('<task>', 'the task’s id', parseTaskId)
  .action((id, options, command) =>
    perform(command, async (cli) => (await import('./commands/retry-task.ts')).retryTask(cli, id, options)),
  );

program
  .command('trace')
  .description('show what belongs to a correlation id, on several servers: tasks under the steps that delegated them')
  .summary('show what belongs to a correlation id, on several servers')
  .argument('<correlation-id>', 'of a task, or the id of a task that was given none')
  .addHelpText(
    'after',
    `
Give --url once for each server, and --token once for all of them or once for each in the same order. A server that
cannot be asked is said, the rest is shown, and the exit code is 1 (5 when it does not let you). 4: nothing was found.`,
  )
  .action((correlationId, _, command) =>
    performAcross(command, async (places) =>
      (await import('./commands/trace-correlation.ts')).traceCorrelation(places, correlationId),
    ),
  );

const step = program.command('step').description('single steps of a task: look at, operate');
step
  .command('show')
  .description('print a step and its attempts')
  .argument('<task>', 'the task’s id', parseTaskId)
  .argument('<step>', 'the step’s name or id')
  .action((id, name, _, command) =>
    perform(command, async (cli) => (await import('./commands/show-step.ts')).showStep(cli, id, name)),
  );
noted(step.command('retry'), 'run a failed step again')
  .argument('<task>', 'the task’s id', parseTaskId)
  .argument('<step>', 'the step’s name or id')
  .action((id, name, options, command) =>
    perform(command, async (cli) => (await import('./commands/retry-step.ts')).retryStep(cli, id, name, options)),
  );
noted(step.command('resolve'), 'settle a step by hand, with a result for the steps that depend on it')
  .argument('<task>', 'the task’s id', parseTaskId)
  .argument('<step>', 'the step’s name or id')
  .option('--result <json>', 'the result; - reads it from standard input (default: {})')
  .option('--result-file <file>', 'a file with it')
  .action((id, name, options, command) =>
    perform(command, async (cli) => (await import('./commands/resolve-step.ts')).resolveStep(cli, id, name, options)),
  );
noted(step.command('skip'), 'go on without a step')
  .argument('<task>', 'the task’s id', parseTaskId)
  .argument('<step>', 'the step’s name or id')
  .action((id, name, options, command) =>
    perform(command, async (cli) => (await import('./commands/skip-step.ts')).skipStep(cli, id, name, options)),
  );
noted(step.command('cancel'), 'take a step out, and what depends on it')
  .argument('<task>', 'the task’s id', parseTaskId)
  .argument('<step>', 'the step’s name or id')
  .action((id, name, options, command) =>
    perform(command, async (cli) => (await import('./commands/cancel-step.ts')).cancelStep(cli, id, name, options)),
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
    performHere(command, async (cli) => (await import('./commands/run-server.ts')).runServer(cli, options)),
  );

const worker = program
  .command('worker')
  .description('work on steps until it is stopped')
  .option('--tasks <file...>', 'modules that export tasks, or templates in YAML')
  .option('--health-port <number>', 'answer probes on this port: /tasker/health/live and /tasker/health/ready')
  .action((options, command) =>
    performHere(command, async (cli) => (await import('./commands/run-worker.ts')).runWorker(cli, options)),
  );
worker
  .command('list')
  .description('list workers')
  .option('--all', 'also those that are gone')
  .action((options, command) =>
    perform(command, async (cli) => (await import('./commands/list-workers.ts')).listWorkers(cli, options)),
  );

program
  .command('namespace')
  .description('namespaces: rooms for templates')
  .command('list')
  .description('list namespaces')
  .action((_, command) =>
    perform(command, async (cli) => (await import('./commands/list-namespaces.ts')).listNamespaces(cli)),
  );

program
  .command('init')
  .description('begin a project: tasks, a template and tests that run at once')
  .argument('[folder]', 'where to; files that are there are left alone', '.')
  .action((folder, _, command) =>
    perform(command, async ({ terminal }) =>
      (await import('./commands/init-project.ts')).initProject(terminal, folder),
    ),
  );

program
  .command('doctor')
  .description('look at everything that is needed: database, migrations, clock, server; and say what is configured')
  .action((_, command) =>
    perform(command, async (cli, named) => (await import('./commands/run-doctor.ts')).runDoctor(cli, named)),
  );

program
  .command('bench')
  .description('measure the database with tasks that do nothing, in a schema of its own that is dropped at the end')
  .option('--tasks <number>', 'how many', '1000')
  .option('--steps <number>', 'of each', '5')
  .option('--in-flight <number>', 'how many tasks at a time', '200')
  .option('--shape <shape>', 'linear or wide', 'linear')
  .action((options, command) =>
    performHere(command, async (cli) => (await import('./commands/run-bench.ts')).runBench(cli, options)),
  );

program
  .command('completion')
  .description('print what bash, zsh or fish is to read to complete this command')
  .argument('<shell>', 'bash, zsh or fish')
  .action((shell, _, command) =>
    perform(command, async ({ terminal }) =>
      (await import('./commands/print-completion.ts')).printCompletion(terminal, shell, program),
    ),
  );

/** An option that may be given again and again. */
function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A command that writes files. */
function placed(command: Command) {
  return command
    .option('--directory <folder>', 'where to write', '.')
    .option('--force', 'overwrite files that are there already');
}

/** A command that is kept in history with who gave it and why. */
function noted(command: Command, description: string) {
  return command
    .description(description)
    .option('--reason <text>', 'why, for history')
    .option('--actor <name>', 'who, for history (default: your user name)');
}

endQuietlyWithoutReader();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // It has said what is wrong; asking for help or the version is no fault.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
