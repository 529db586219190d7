import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { type NoteOptions, operate } from '../operate.ts';

export async function retryTask(cli: Cli, taskId: string, options: NoteOptions): Promise<ExitCode> {
  return operate(cli, options, `Task ${taskId}`, 'retried', (tasker, note) =>
    tasker.tasks.retry({ task_id: taskId, ...note }),
  );
}
