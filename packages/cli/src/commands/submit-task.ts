import { isTerminal } from '@tasker/contract';
import { explain, findTask, type TaskDetail, type TaskRequest } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { readJson } from '../input/json-argument.ts';
import { parseTemplateReference } from '../input/template-reference.ts';
import { commandName } from '../output/command-name.ts';
import { watchTask } from '../output/watch-task.ts';
import { taskJson } from '../output/wire.ts';
import { withTasker } from '../session.ts';
import { printReasons } from './explain-task.ts';
import { printTask } from './show-task.ts';
import { exitCodeOfEnd } from './watch-task.ts';

export interface SubmitTaskOptions {
  readonly context?: string | undefined;
  readonly contextFile?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly priority?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly initiator?: string | undefined;
  readonly sourceSystem?: string | undefined;
  readonly reason?: string | undefined;
  readonly tag?: string[] | undefined;
  readonly bypass?: string[] | undefined;
  readonly wait?: true | undefined;
  /** Seconds. */
  readonly timeout?: string | undefined;
}

export async function submitTask(cli: Cli, template: string, options: SubmitTaskOptions): Promise<ExitCode> {
  const request = await requestOf(template, options);
  const timeoutMs = secondsToMs(options.timeout);
  return withTasker(cli, async (tasker) => {
    const { id, replayed } = await tasker.submit(request);
    if (options.wait) {
      if (!cli.terminal.json) cli.terminal.print(`Task ${id}${replayed ? ' (submitted before)' : ''}`);
      return ended(cli, await watchTask(cli.terminal, tasker.db, id, { timeoutMs }), tasker.db);
    }
    const task = await findTask(tasker.db, id);
    if (task === undefined) throw new Error(`task ${id} is missing`);
    cli.terminal.printJson({ ...taskJson(task), replayed });
    cli.terminal.print(
      replayed
        ? `Task ${id} was submitted with this idempotency key before; it is ${task.state}.`
        : `Task ${id} submitted: ${task.namespace}/${task.name}@${task.version}.`,
    );
    cli.terminal.print(cli.terminal.style('dim', `See how it goes: ${commandName} task show ${id}`));
    return exitCodes.done;
  });
}

async function ended(cli: Cli, detail: TaskDetail, db: Parameters<typeof explain>[0]): Promise<ExitCode> {
  const { task } = detail;
  printTask(cli.terminal, detail, { graph: !cli.terminal.live });
  if (isTerminal(task.state)) return exitCodeOfEnd(task.state);
  cli.terminal.note('tasker: The time to wait is over; the task goes on.');
  if (!cli.terminal.json) printReasons(cli.terminal, await explain(db, task.taskId));
  return exitCodes.failed;
}

async function requestOf(template: string, options: SubmitTaskOptions): Promise<TaskRequest> {
  const { namespace, name, version } = parseTemplateReference(template);
  const context = (await readJson('--context', { inline: options.context, file: options.contextFile })) ?? {};
  const { idempotencyKey, correlationId, initiator, sourceSystem, reason } = options;
  return {
    namespace,
    name,
    context,
    ...(version === undefined ? {} : { version }),
    ...(options.priority === undefined ? {} : { priority: Number(options.priority) }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(initiator === undefined ? {} : { initiator }),
    ...(sourceSystem === undefined ? {} : { sourceSystem }),
    ...(reason === undefined ? {} : { reason }),
    ...(options.tag === undefined ? {} : { tags: options.tag }),
    ...(options.bypass === undefined ? {} : { bypassSteps: options.bypass }),
  };
}

function secondsToMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds >= 0)) throw new UsageError(`--timeout takes a number of seconds, not ${JSON.stringify(text)}.`);
  return seconds * 1000;
}
