import type { Command } from '@commander-js/extra-typings';
import { parseTaskId } from '../input/task-id.ts';
import { perform } from '../perform.ts';

/** `template`: what tasks are made of. */
export function addTemplateCommands(program: Command): void {
  const template = program.command('template').description('templates: what tasks are made of');
  template
    .command('validate')
    .description('say everything that is wrong with templates in files and folders; exit code 1 if something is')
    .argument('<path...>', 'files, or folders at any depth')
    .option('--env <environment>', 'whose overrides are merged in (default: TASKER_ENV, else development)')
    .option('--strict', 'let warnings fail too, and print hints')
    .action((paths, options, command) =>
      perform(command, async (cli) =>
        (await import('../commands/validate-templates.ts')).validateTemplates(cli, paths, options),
      ),
    );
  template
    .command('register')
    .description('register the templates in YAML or JSON files')
    .argument('<file...>')
    .option('--replace', 'make different content under a version that exists a new revision of it')
    .action((files, options, command) =>
      perform(command, async (cli) =>
        (await import('../commands/register-template.ts')).registerTemplate(cli, files, options),
      ),
    );
  template
    .command('list')
    .description('list templates')
    .option('--namespace <name>')
    .option('--limit <number>', '1 to 100 (default: 100)')
    .option('--cursor <cursor>', 'go on where the page before ended')
    .action((options, command) =>
      perform(command, async (cli) => (await import('../commands/list-templates.ts')).listTemplates(cli, options)),
    );
  template
    .command('show')
    .description('print the graph of a template')
    .argument('<template>', 'a file, or namespace/name, or namespace/name@version')
    .option('--env <environment>', 'of a file: whose overrides are merged in')
    .action((named, options, command) =>
      perform(command, async (cli) => (await import('../commands/show-template.ts')).showTemplate(cli, named, options)),
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
        (await import('../commands/diff-templates.ts')).showDifferences(cli, before, after, options),
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
      perform(command, async (cli) =>
        (await import('../commands/graph-template.ts')).graphTemplate(cli, named, options),
      ),
    );

  template
    .command('types')
    .description('make TypeScript of a template: the types of its context and results, and stubs of its handlers')
    .argument('<template>', 'a file, or namespace/name, or namespace/name@version')
    .option('--out <folder>', 'write the types and the stubs there (default: the types to standard output)')
    .option('--force', 'overwrite stubs that may have been edited')
    .option('--env <environment>', 'of a file: whose overrides are merged in')
    .action((named, options, command) =>
      perform(command, async (cli) =>
        (await import('../commands/generate-types.ts')).generateTypes(cli, named, options),
      ),
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
        (await import('../commands/convert-template.ts')).convertTemplate(cli, file, options),
      ),
    );
}
