import { drawGraph, graphOfTask } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { readGraphFormat } from '../input/graph-format.ts';
import { taskToDraw } from '../output/task-to-draw.ts';
import { withTasker } from '../session.ts';

export interface GraphTaskOptions {
  readonly format: string;
}

/** Draws a task with the states of its steps; machines are given the graph itself. */
export async function graphTask(cli: Cli, taskId: string, options: GraphTaskOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const format = readGraphFormat(options.format);
  return withTasker(cli, async ({ tasks }) => {
    if (terminal.json) terminal.printJson(await tasks.graph({ task_id: taskId }));
    else {
      const { task } = await tasks.show({ task_id: taskId });
      terminal.print(drawGraph(graphOfTask(taskToDraw(task)), { format }).replace(/\n$/, ''));
    }
    return exitCodes.done;
  });
}
