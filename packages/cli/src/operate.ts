import type { Client, Note } from '@tasker/client';
import type { TaskState } from '@tasker/contract';
import type { Cli } from './cli.ts';
import { type ExitCode, exitCodes } from './exit.ts';
import { actorName } from './input/actor.ts';
import { withTasker } from './session.ts';

/** Who gives a command and why; kept in history. */
export interface NoteOptions {
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
}

/** What a command on a task or on a step is answered with. */
type CommandAnswer = { readonly task_id: string; readonly changed: boolean } & (
  | { readonly status: TaskState }
  | { readonly task_status: TaskState }
);

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
  command: (tasker: Client, note: Note) => Promise<CommandAnswer>,
): Promise<ExitCode> {
  const note = { actor: actorName(actor), reason };
  return withTasker(cli, async (tasker) => {
    const answer = await command(tasker, note);
    const { task_id, changed } = answer;
    const status = 'status' in answer ? answer.status : answer.task_status;
    cli.terminal.printJson({ task_id, status, changed });
    cli.terminal.print(changed ? `${subject} ${done}; the task is ${status}.` : `${subject} was ${done} before.`);
    return exitCodes.done;
  });
}
