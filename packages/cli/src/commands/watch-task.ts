import { isTerminal, type TaskState } from '@tasker/contract';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { watchTask as followTask } from '../output/watch-task.ts';
import { withTasker } from '../session.ts';
import { printTask } from './show-task.ts';

/** Shows what becomes of a task until it has ended. */
export async function watchTask(cli: Cli, taskId: string): Promise<ExitCode> {
  return withTasker(cli, async (tasker) => {
    const task = await followTask(cli.terminal, tasker, taskId);
    printTask(cli.terminal, task, { graph: !cli.terminal.live });
    return exitCodeOfEnd(task.status);
  });
}

/** What the shell is told of a task that was waited for. */
export function exitCodeOfEnd(state: TaskState): ExitCode {
  if (state === 'complete' || state === 'resolved_manually') return exitCodes.done;
  return isTerminal(state) ? exitCodes.taskInError : exitCodes.failed;
}
