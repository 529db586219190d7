import type { ExplainReason } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatTime, formatUntil } from '../output/time.ts';
import { withTasker } from '../session.ts';

export interface ExplainTaskOptions {
  readonly step?: string | undefined;
}

export async function explainTask(cli: Cli, taskId: string, { step }: ExplainTaskOptions): Promise<ExitCode> {
  return withTasker(cli, async ({ tasks, steps }) => {
    const asked = { task_id: taskId };
    const explanation = await (step === undefined ? tasks.explain(asked) : steps.explain({ ...asked, step }));
    cli.terminal.printJson(explanation);
    printReasons(cli.terminal, explanation.reasons);
    return exitCodes.done;
  });
}

export function printReasons(terminal: Terminal, reasons: readonly ExplainReason[]): void {
  const now = new Date();
  for (const { step, kind, reason, remedy, until } of reasons) {
    terminal.print(`${terminal.style('bold', step ?? 'task')}  ${kind}: ${reason}`);
    if (until !== null)
      terminal.print(`    until ${formatTime(new Date(until))}, ${formatUntil(new Date(until), now)}`);
    if (remedy !== '') terminal.print(`    ${terminal.style('dim', '→')} ${remedy}`);
  }
}
