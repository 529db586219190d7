import { explain, findTask, type Reason, StepNotFound, TaskNotFound } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatTime, formatUntil } from '../output/time.ts';
import { reasonJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export interface ExplainTaskOptions {
  readonly step?: string | undefined;
}

export async function explainTask(cli: Cli, taskId: string, { step }: ExplainTaskOptions): Promise<ExitCode> {
  return withDatabase(cli, async (db) => {
    const reasons = await explain(db, taskId, step);
    if (reasons.length === 0) {
      // Empty means one thing only: there is no such task or step.
      if (step !== undefined && (await findTask(db, taskId)) !== undefined) throw new StepNotFound(taskId, step);
      throw new TaskNotFound(taskId);
    }
    cli.terminal.printJson({ task_id: taskId, reasons: reasons.map(reasonJson) });
    printReasons(cli.terminal, reasons);
    return exitCodes.done;
  });
}

export function printReasons(terminal: Terminal, reasons: readonly Reason[]): void {
  const now = new Date();
  for (const { step, kind, reason, remedy, until } of reasons) {
    terminal.print(`${terminal.style('bold', step ?? 'task')}  ${kind}: ${reason}`);
    if (until !== null) terminal.print(`    until ${formatTime(until)}, ${formatUntil(until, now)}`);
    if (remedy !== '') terminal.print(`    ${terminal.style('dim', '→')} ${remedy}`);
  }
}
