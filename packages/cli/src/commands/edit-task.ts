import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { actorName } from '../input/actor.ts';
import { withTasker } from '../session.ts';
import { printTask } from './show-task.ts';

export interface EditTaskOptions {
  readonly reason?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly clearTags?: boolean | undefined;
  readonly actor?: string | undefined;
}

/** Changes what is said about a task. */
export async function editTask(cli: Cli, taskId: string, options: EditTaskOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const { reason } = options;
  const tags = tagsOf(options);
  if (reason === undefined && tags === undefined) {
    throw new UsageError('Say what to change: --reason, --tag or --clear-tags.');
  }
  return withTasker(cli, async (tasker) => {
    const actor = actorName(options.actor);
    const answer = await tasker.tasks.update({ task_id: taskId, reason, tags, actor });
    terminal.printJson(answer);
    if (terminal.json) return exitCodes.done;
    terminal.print(answer.changed ? `Task ${taskId} edited.` : `Task ${taskId} was so before.`);
    printTask(terminal, answer.task, { graph: false });
    return exitCodes.done;
  });
}

function tagsOf({ tag, clearTags = false }: EditTaskOptions): readonly string[] | undefined {
  if (tag !== undefined && clearTags) throw new UsageError('Give --tag or --clear-tags, not both.');
  return clearTags ? [] : tag;
}
