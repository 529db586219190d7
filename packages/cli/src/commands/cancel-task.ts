import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { type NoteOptions, operate } from '../operate.ts';

export async function cancelTask(cli: Cli, taskId: string, options: NoteOptions): Promise<ExitCode> {
  return operate(cli, options, `Task ${taskId}`, 'cancelled', (tasker, note) =>
    tasker.tasks.cancel({ task_id: taskId, ...note }),
  );
}
