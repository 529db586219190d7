import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { withTasker } from '../session.ts';

/** Prints under which names something was noted about tasks. */
export async function listAnnotations(cli: Cli): Promise<ExitCode> {
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.annotations.names();
    terminal.printJson(list);
    if (list.annotation_types.length === 0) terminal.print('Nothing was noted about any task.');
    for (const { name } of list.annotation_types) terminal.print(name);
    return exitCodes.done;
  });
}
