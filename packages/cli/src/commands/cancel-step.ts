import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { type NoteOptions, operate } from '../operate.ts';

export async function cancelStep(cli: Cli, taskId: string, step: string, options: NoteOptions): Promise<ExitCode> {
  return operate(cli, options, `Step ${step}`, 'cancelled', (tasker, note) =>
    tasker.steps.cancel({ task_id: taskId, step, ...note }),
  );
}
