import type { CommandResult, OperatorNote, Tasker } from '@tasker/engine';
import type { Cli } from './cli.ts';
import { type ExitCode, exitCodes } from './exit.ts';
import { actorName } from './input/actor.ts';
import { withTasker } from './session.ts';

/** Who gives a command and why; kept in history. */
export interface NoteOptions {
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Gives an operator's command and says what came of it.
 *
 * @param done what it did, in words: `cancelled`
 */
export async function operate(
  cli: Cli,
  { actor, reason }: NoteOptions,
  subject: string,
  done: string,
  command: (tasker: Tasker, note: OperatorNote) => Promise<CommandResult>,
): Promise<ExitCode> {
  const note = { actor: actorName(actor), ...(reason === undefined ? {} : { reason }) };
  return withTasker(cli, async (tasker) => {
    const { taskId, status, changed } = await command(tasker, note);
    cli.terminal.printJson({ task_id: taskId, status, changed });
    cli.terminal.print(changed ? `${subject} ${done}; the task is ${status}.` : `${subject} was ${done} before.`);
    return exitCodes.done;
  });
}
