import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { formatTime } from '../output/time.ts';
import { eventLine } from '../output/watch-task.ts';
import { withTasker } from '../session.ts';

/** Prints everything that happened to a task, in order. */
export async function showHistory(cli: Cli, taskId: string): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const history = await tasker.tasks.history({ task_id: taskId });
    terminal.printJson(history);
    for (const event of history.events) terminal.print(`${formatTime(new Date(event.at))}  ${eventLine(event)}`);
    return exitCodes.done;
  });
}
