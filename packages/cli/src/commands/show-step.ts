import type { StepResource } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { readableFrame } from '../output/readable-frame.ts';
import { stepGraph } from '../output/step-graph.ts';
import { formatTime } from '../output/time.ts';
import { eventLine } from '../output/watch-task.ts';
import { withTasker } from '../session.ts';

export async function showStep(cli: Cli, taskId: string, step: string): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const { step: found } = await tasker.steps.show({ task_id: taskId, step });
    const { events } = await tasker.tasks.history({ task_id: taskId });
    const history = events.filter(({ workflow_step_id: id }) => id === found.workflow_step_id);
    terminal.printJson({ ...found, history });
    for (const line of stepGraph([alone(found)], terminal, new Date())) terminal.print(line);
    terminal.print();
    terminal.print(`handler     ${found.handler}`);
    terminal.print(`runs after  ${found.depends_on.join(', ') || 'nothing'}`);
    for (const line of placesOf(found)) terminal.print(`thrown      ${line}`);
    for (const event of history) terminal.print(`${formatTime(new Date(event.at))}  ${eventLine(event)}`);
    if (found.results !== null) terminal.print(`result ${JSON.stringify(found.results, undefined, 2)}`);
    return exitCodes.done;
  });
}

/** Where in the program the last attempt failed. */
function placesOf({ error, status }: StepResource): string[] {
  if (status !== 'error') return [];
  return (error?.backtrace ?? []).slice(0, 1).map((frame) => readableFrame(frame));
}

/** A graph of one. */
function alone(step: StepResource): StepResource {
  return { ...step, depends_on: [] };
}
