import { type TaskDetail, TaskNotFound, taskDetail } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { stepGraph } from '../output/step-graph.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatDuration, formatTime } from '../output/time.ts';
import { taskDetailJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export async function showTask(cli: Cli, taskId: string): Promise<ExitCode> {
  return withDatabase(cli, async (db) => {
    const detail = await taskDetail(db, taskId);
    if (detail === undefined) throw new TaskNotFound(taskId);
    printTask(cli.terminal, detail);
    return exitCodes.done;
  });
}

/** @param options `graph: false` where it stands above already */
export function printTask(terminal: Terminal, detail: TaskDetail, { graph = true } = {}): void {
  const { task, steps } = detail;
  terminal.printJson(taskDetailJson(detail));
  terminal.print(headline(terminal, detail));
  const said = [
    ['reason', task.reason],
    ['initiator', task.initiator],
    ['tags', task.tags.join(', ')],
    ['priority', task.priority === 0 ? '' : String(task.priority)],
  ].flatMap(([key, value]) => (value ? `${key} ${value}` : []));
  if (said.length > 0) terminal.print(terminal.style('dim', said.join(' · ')));
  if (!graph) return;
  terminal.print();
  for (const line of stepGraph(steps, terminal, new Date())) terminal.print(line);
}

function headline(terminal: Terminal, { task, execution }: TaskDetail): string {
  const { taskId, namespace, name, version, state, createdAt, finishedAt } = task;
  const end = finishedAt ?? new Date();
  const took = formatDuration(Math.max(0, end.getTime() - createdAt.getTime()));
  const done = `${execution.completedSteps} of ${execution.totalSteps} steps`;
  const status = terminal.style(statusStyles[state], state);
  return [
    `Task ${taskId} ${status}, ${done}, ${finishedAt === null ? `for ${took}` : `took ${took}`}`,
    `${namespace}/${name}@${version}, submitted ${formatTime(createdAt)}`,
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
