import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { type NoteOptions, operate } from '../operate.ts';

export async function retryStep(cli: Cli, taskId: string, step: string, options: NoteOptions): Promise<ExitCode> {
  return operate(cli, options, `Step ${step}`, 'retried', (tasker, note) =>
    tasker.steps.retry({ task_id: taskId, step, ...note }),
  );
}
