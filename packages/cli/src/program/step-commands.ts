import type { Command } from '@commander-js/extra-typings';
import { parseTaskId } from '../input/task-id.ts';
import { perform } from '../perform.ts';
import { noted } from './noted.ts';

/** `step`: single steps of a task. */
export function addStepCommands(program: Command): void {
  const step = program.command('step').description('single steps of a task: look at, operate');
  step
    .command('list')
    .description('list the steps of a task')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, _, command) =>
      perform(command, async (cli) => (await import('../commands/list-steps.ts')).listSteps(cli, id)),
    );
  step
    .command('show')
    .description('print a step and its attempts')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .action((id, name, _, command) =>
      perform(command, async (cli) => (await import('../commands/show-step.ts')).showStep(cli, id, name)),
    );
  noted(step.command('edit'), 'change what attempts still to come may do')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .option('--max-attempts <number>', '1 to 1000, those made included')
    .option('--inputs <json>', 'in the place of values of the task’s context; - reads it from standard input')
    .option('--inputs-file <file>', 'a file with it')
    .action((id, name, options, command) =>
      perform(command, async (cli) => (await import('../commands/edit-step.ts')).editStep(cli, id, name, options)),
    );
  noted(step.command('retry'), 'run a failed step again')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .action((id, name, options, command) =>
      perform(command, async (cli) => (await import('../commands/retry-step.ts')).retryStep(cli, id, name, options)),
    );
  noted(step.command('resolve'), 'settle a step by hand, with a result for the steps that depend on it')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .option('--result <json>', 'the result; - reads it from standard input (default: {})')
    .option('--result-file <file>', 'a file with it')
    .action((id, name, options, command) =>
      perform(command, async (cli) =>
        (await import('../commands/resolve-step.ts')).resolveStep(cli, id, name, options),
      ),
    );
  noted(step.command('skip'), 'go on without a step')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .action((id, name, options, command) =>
      perform(command, async (cli) => (await import('../commands/skip-step.ts')).skipStep(cli, id, name, options)),
    );
  noted(step.command('cancel'), 'take a step out, and what depends on it')
    .argument('<task>', 'the task’s id', parseTaskId)
    .argument('<step>', 'the step’s name or id')
    .action((id, name, options, command) =>
      perform(command, async (cli) => (await import('../commands/cancel-step.ts')).cancelStep(cli, id, name, options)),
    );
}
