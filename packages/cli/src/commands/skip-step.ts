import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { type NoteOptions, operate } from '../operate.ts';

export async function skipStep(cli: Cli, taskId: string, step: string, options: NoteOptions): Promise<ExitCode> {
  return operate(cli, options, `Step ${step}`, 'skipped', (tasker, note) =>
    tasker.steps.skip({ task_id: taskId, step, ...note }),
  );
}
