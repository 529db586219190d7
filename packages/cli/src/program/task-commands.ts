import type { Command } from '@commander-js/extra-typings';
import { parseTaskId } from '../input/task-id.ts';
import { perform, performAcross } from '../perform.ts';
import { noted } from './noted.ts';

/** `task`, `annotation` and `trace`. */
export function addTaskCommands(program: Command): void {
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
      perform(command, async (cli) => (await import('../commands/submit-task.ts')).submitTask(cli, reference, options)),
    );
  task
    .command('list')
    .description('list tasks, the newest first unless told otherwise')
    .option('--namespace <name>')
    .option('--name <name>')
    .option('--template-version <version>')
    .option('--status <status>', 'pending, in_progress, complete, error, cancelled or resolved_manually')
    .option('--tag <tag>')
    .option('--initiator <name>')
    .option('--correlation-id <id>')
    .option('--parent-correlation-id <id>')
    .option('--annotation-type <name>', 'the name of something that was noted about the task')
    .option('--annotation-key <key>', 'a key of what was noted')
    .option('--annotation-value <json>', 'what stands under the key, or all that was noted; what is no JSON is a text')
    .option('--created-after <time>')
    .option('--created-before <time>')
    .option('--search <text>', 'an id or its beginning, an initiator, a tag, or a part of the template’s name')
    .option('--oldest-first', 'from the other end')
    .option('--limit <number>', '1 to 100 (default: 20)')
    .option('--cursor <cursor>', 'go on where the page before ended')
    .action((options, command) =>
      perform(command, async (cli) => (await import('../commands/list-tasks.ts')).listTasks(cli, options)),
    );
  task
    .command('show')
    .description('print a task: its graph with states, attempts, durations and errors')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, _, command) =>
      perform(command, async (cli) => (await import('../commands/show-task.ts')).showTask(cli, id)),
    );
  task
    .command('watch')
    .description('show what becomes of a task until it has ended; exit code 3 when it ends in error')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, _, command) =>
      perform(command, async (cli) => (await import('../commands/watch-task.ts')).watchTask(cli, id)),
    );
  task
    .command('explain')
    .description('say why a task is not running: every reason, and what to do about it')
    .argument('<task>', 'the task’s id', parseTaskId)
    .option('--step <step>', 'ask about one step, by name or id')
    .action((id, options, command) =>
      perform(command, async (cli) => (await import('../commands/explain-task.ts')).explainTask(cli, id, options)),
    );
  task
    .command('history')
    .description('print everything that happened to a task, in order')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, _, command) =>
      perform(command, async (cli) => (await import('../commands/show-history.ts')).showHistory(cli, id)),
    );
  task
    .command('graph')
    .description('draw a task with the states of its steps')
    .argument('<task>', 'the task’s id', parseTaskId)
    .option('--format <format>', 'ascii, mermaid, dot or svg', 'ascii')
    .action((id, options, command) =>
      perform(command, async (cli) => (await import('../commands/graph-task.ts')).graphTask(cli, id, options)),
    );
  task
    .command('edit')
    .description('change what is said about a task: its reason and its tags')
    .argument('<task>', 'the task’s id', parseTaskId)
    .option('--reason <text>', 'why it was submitted')
    .option('--tag <tag...>', 'in the place of those it has')
    .option('--clear-tags', 'take its tags away')
    .option('--actor <name>', 'who, for history (default: your user name)')
    .action((id, options, command) =>
      perform(command, async (cli) => (await import('../commands/edit-task.ts')).editTask(cli, id, options)),
    );
  noted(task.command('cancel'), 'cancel a task and its open steps')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, options, command) =>
      perform(command, async (cli) => (await import('../commands/cancel-task.ts')).cancelTask(cli, id, options)),
    );
  noted(task.command('retry'), 'give the failed steps of a task their attempts again')
    .argument('<task>', 'the task’s id', parseTaskId)
    .action((id, options, command) =>
      perform(command, async (cli) => (await import('../commands/retry-task.ts')).retryTask(cli, id, options)),
    );

  program
    .command('annotation')
    .description('annotations: what was noted about tasks')
    .command('list')
    .description('list the names under which something was noted, for `task list --annotation-type`')
    .action((_, command) =>
      perform(command, async (cli) => (await import('../commands/list-annotations.ts')).listAnnotations(cli)),
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
        (await import('../commands/trace-correlation.ts')).traceCorrelation(places, correlationId),
      ),
    );
}
