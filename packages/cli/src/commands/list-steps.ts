import type { StepResource } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { stepCells } from '../output/step-graph.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withTasker } from '../session.ts';

/** Prints the steps of a task in a table, with what each runs after and by which handler. */
export async function listSteps(cli: Cli, taskId: string): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.steps.list({ task_id: taskId });
    terminal.printJson(list);
    const header = ['STEP', 'STATUS', 'ATTEMPTS', 'TOOK', 'RUNS AFTER', 'HANDLER'].map((title) =>
      terminal.style('dim', title),
    );
    const now = new Date();
    for (const line of layOut([header, ...list.steps.map((step) => row(terminal, step, now))])) terminal.print(line);
    return exitCodes.done;
  });
}

function row({ style }: Terminal, step: StepResource, now: Date): string[] {
  const { state, duration } = stepCells(step, style, now);
  const { name, attempts, retry_limit: most, depends_on: parents, handler } = step;
  return [name, state, `${attempts} of ${most}`, duration, parents.join(', '), handler];
}
