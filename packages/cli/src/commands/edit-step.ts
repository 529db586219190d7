import type { JsonObject } from '@tasker/contract';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { actorName } from '../input/actor.ts';
import { readJson } from '../input/json-argument.ts';
import { isJsonObject } from '../input/json-object.ts';
import type { NoteOptions } from '../operate.ts';
import { counted } from '../output/counted.ts';
import { withTasker } from '../session.ts';

export interface EditStepOptions extends NoteOptions {
  readonly maxAttempts?: string | undefined;
  readonly inputs?: string | undefined;
  readonly inputsFile?: string | undefined;
}

/** Changes what attempts still to come may do. */
export async function editStep(cli: Cli, taskId: string, step: string, options: EditStepOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const limit = attemptsOf(options.maxAttempts);
  const inputs = await inputsOf(options);
  if (limit === undefined && inputs === undefined) {
    throw new UsageError('Say what to change: --max-attempts, --inputs or --inputs-file.');
  }
  return withTasker(cli, async (tasker) => {
    const note = { actor: actorName(options.actor), reason: options.reason };
    const answer = await tasker.steps.update({ task_id: taskId, step, retry_limit: limit, inputs, ...note });
    terminal.printJson(answer);
    const { name, retry_limit: most, inputs: given } = answer.step;
    const now = `${counted(most, 'attempt')} at most${given === null ? '' : `, inputs ${JSON.stringify(given)}`}`;
    terminal.print(`Step ${name} ${answer.changed ? 'edited' : 'was so before'}: ${now}.`);
    return exitCodes.done;
  });
}

function attemptsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const attempts = Number(text);
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= 1000) return attempts;
  throw new UsageError(`--max-attempts is a number from 1 to 1000, not ${JSON.stringify(text)}.`);
}

async function inputsOf({ inputs: inline, inputsFile: file }: EditStepOptions): Promise<JsonObject | undefined> {
  const inputs = await readJson('--inputs', { inline, file });
  if (inputs === undefined || isJsonObject(inputs)) return inputs;
  throw new UsageError('--inputs takes a JSON object such as {"amount":12}.');
}
