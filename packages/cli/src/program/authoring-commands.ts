import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** `init`, `generate` and `lint`: to write handlers and templates. */
export function addAuthoringCommands(program: Command): void {
  program
    .command('init')
    .description('begin a project: tasks, a template and tests that run at once')
    .argument('[folder]', 'where to; files that are there are left alone', '.')
    .option('--dry-run', 'say what would be written, and write nothing')
    .action((folder, options, command) =>
      perform(command, async ({ terminal }) =>
        (await import('../commands/init-project.ts')).initProject(terminal, folder, options),
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
        (await import('../commands/generate-code.ts')).generateTaskHandler(cli, name, options),
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
        (await import('../commands/generate-code.ts')).generateStepHandler(cli, name, options),
      ),
    );
  placed(generate.command('subscriber'))
    .description('something that hears of what happens')
    .argument('<name>')
    .option('--events <event...>', 'what it hears of (default: tasks and steps that complete or fail)', [])
    .option('--metrics', 'count and measure')
    .action((name, options, command) =>
      perform(command, async (cli) =>
        (await import('../commands/generate-code.ts')).generateSubscriber(cli, name, options),
      ),
    );

  program
    .command('lint')
    .description(
      'hold handlers and templates to the rules of the guide for step handlers; exit code 1 if one is broken',
    )
    .argument('<path...>', 'files, or folders at any depth')
    .option('--hints', 'print what could be better, too')
    .action((paths, options, command) =>
      perform(command, async (cli) => (await import('../commands/lint-code.ts')).lintCode(cli, paths, options)),
    );
}

/** A command that writes files. */
function placed(command: Command) {
  return command
    .option('--directory <folder>', 'where to write', '.')
    .option('--force', 'overwrite files that are there already')
    .option('--dry-run', 'say what would be written, and write nothing');
}
