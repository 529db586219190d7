import type { TaskResource } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { stepGraph } from '../output/step-graph.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatDuration, formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';

export async function showTask(cli: Cli, taskId: string): Promise<ExitCode> {
  return withTasker(cli, async (tasker) => {
    const { task } = await tasker.tasks.show({ task_id: taskId });
    printTask(cli.terminal, task);
    return exitCodes.done;
  });
}

/** @param options `graph: false` where it stands above already */
export function printTask(terminal: Terminal, task: TaskResource, { graph = true } = {}): void {
  terminal.printJson(task);
  terminal.print(headline(terminal, task));
  const said = [
    ['reason', task.reason],
    ['initiator', task.initiator],
    ['tags', task.tags.join(', ')],
    ['priority', task.priority === 0 ? '' : String(task.priority)],
  ].flatMap(([key, value]) => (value ? `${key} ${value}` : []));
  if (said.length > 0) terminal.print(terminal.style('dim', said.join(' · ')));
  if (!graph) return;
  terminal.print();
  for (const line of stepGraph(task.workflow_steps, terminal, new Date())) terminal.print(line);
}

function headline(terminal: Terminal, task: TaskResource): string {
  const { task_id, namespace, name, version, status, finished_at, completed_steps, total_steps } = task;
  const begin = new Date(task.created_at);
  const end = finished_at === null ? new Date() : new Date(finished_at);
  const took = formatDuration(Math.max(0, end.getTime() - begin.getTime()));
  const done = `${completed_steps} of ${total_steps} steps`;
  const styled = terminal.style(statusStyles[status], status);
  return [
    `Task ${task_id} ${styled}, ${done}, ${finished_at === null ? `for ${took}` : `took ${took}`}`,
    `${namespace}/${name}@${version}, submitted ${formatTime(begin)}`,
  ].join('\n');
}

export const statusStyles = {
  pending: 'dim',
  in_progress: 'blue',
  complete: 'green',
  error: 'red',
  cancelled: 'yellow',
  resolved_manually: 'green',
} as const;
