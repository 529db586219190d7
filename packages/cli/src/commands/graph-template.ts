import { drawGraph, type Graph, graphOfTask, graphOfTemplate } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { readGraphFormat } from '../input/graph-format.ts';
import { namedTemplate } from '../input/named-template.ts';
import { taskToDraw } from '../output/task-to-draw.ts';
import { withTasker } from '../session.ts';

export interface GraphTemplateOptions {
  readonly format: string;
  /** A task to draw instead, with the states of its steps. */
  readonly task?: string | undefined;
  readonly env?: string | undefined;
}

/** Draws a template, or a task. */
export async function graphTemplate(
  cli: Cli,
  named: string | undefined,
  { format: wanted, task, env }: GraphTemplateOptions,
): Promise<ExitCode> {
  const format = readGraphFormat(wanted);
  if ((named === undefined) === (task === undefined)) {
    throw new UsageError('Say what to draw: a template (or a file with one), or a task with --task.');
  }
  const graph =
    named === undefined ? await graphOf(cli, task ?? '') : graphOfTemplate(await namedTemplate(cli, named, env));
  const drawing = drawGraph(graph, { format });
  cli.terminal.printJson({ format, title: graph.title, graph: drawing });
  cli.terminal.print(drawing.replace(/\n$/, ''));
  return exitCodes.done;
}

async function graphOf(cli: Cli, taskId: string): Promise<Graph> {
  return withTasker(cli, async (tasker) => {
    const { task } = await tasker.tasks.show({ task_id: taskId });
    return graphOfTask(taskToDraw(task));
  });
}
