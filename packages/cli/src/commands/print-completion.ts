import { type CommandTree, completionScript, shells } from '../completion-script.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import type { Terminal } from '../output/terminal.ts';

/** Prints what a shell is to read so that it completes the command. */
export function printCompletion(terminal: Terminal, wanted: string, program: CommandTree): ExitCode {
  const shell = shells.find((each) => each === wanted);
  if (shell === undefined)
    throw new UsageError(`The shell is one of ${shells.join(', ')}, not ${JSON.stringify(wanted)}.`);
  const script = completionScript(shell, program);
  terminal.printJson({ shell, script });
  terminal.print(script.trimEnd());
  return exitCodes.done;
}
