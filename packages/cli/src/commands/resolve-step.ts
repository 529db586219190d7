import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit.ts';
import { readJson } from '../input/json-argument.ts';
import { type NoteOptions, operate } from '../operate.ts';

export interface ResolveStepOptions extends NoteOptions {
  readonly result?: string | undefined;
  readonly resultFile?: string | undefined;
}

export async function resolveStep(
  cli: Cli,
  taskId: string,
  step: string,
  options: ResolveStepOptions,
): Promise<ExitCode> {
  const result = (await readJson('--result', { inline: options.result, file: options.resultFile })) ?? {};
  return operate(cli, options, `Step ${step}`, 'resolved', (tasker, note) =>
    tasker.steps.resolve({ task_id: taskId, step, result, ...note }),
  );
}
