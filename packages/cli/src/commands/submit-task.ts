import type { Client, Submission } from '@tasker/client';
import { isTerminal } from '@tasker/contract';
import type { TaskResource } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { readJson } from '../input/json-argument.ts';
import { parseTemplateReference } from '../input/template-reference.ts';
import { commandName } from '../output/command-name.ts';
import { watchTask } from '../output/watch-task.ts';
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

/** Whether the context is what its template wants is found out where the task is submitted. */
interface AnyTask {
  readonly '~types': { readonly submitted: unknown; readonly results: unknown };
}

export async function submitTask(cli: Cli, template: string, options: SubmitTaskOptions): Promise<ExitCode> {
  const request = await requestOf(template, options);
  const timeoutMs = secondsToMs(options.timeout);
  return withTasker(cli, async (tasker) => {
    const { task_id: id, replayed, status, task } = await tasker.submit(request);
    if (options.wait) {
      if (!cli.terminal.json) cli.terminal.print(`Task ${id}${replayed ? ' (submitted before)' : ''}`);
      return ended(cli, await watchTask(cli.terminal, tasker, id, { timeoutMs }), tasker);
    }
    cli.terminal.printJson({ ...task, status, replayed });
    cli.terminal.print(
      replayed
        ? `Task ${id} was submitted with this idempotency key before; it is ${status}.`
        : `Task ${id} submitted: ${task.namespace}/${task.name}@${task.version}.`,
    );
    cli.terminal.print(cli.terminal.style('dim', `See how it goes: ${commandName} task show ${id}`));
    return exitCodes.done;
  });
}

async function ended(cli: Cli, task: TaskResource, tasker: Client): Promise<ExitCode> {
  printTask(cli.terminal, task, { graph: !cli.terminal.live });
  if (isTerminal(task.status)) return exitCodeOfEnd(task.status);
  cli.terminal.note('tasker: The time to wait is over; the task goes on.');
  if (!cli.terminal.json) printReasons(cli.terminal, (await tasker.tasks.explain({ task_id: task.task_id })).reasons);
  return exitCodes.failed;
}

async function requestOf(template: string, options: SubmitTaskOptions): Promise<Submission<AnyTask>> {
  const { namespace, name, version } = parseTemplateReference(template);
  const context = (await readJson('--context', { inline: options.context, file: options.contextFile })) ?? {};
  return {
    namespace,
    name,
    context,
    version,
    priority: priorityOf(options.priority),
    // Without a key it is the template that says which tasks are the same.
    idempotency_key: options.idempotencyKey ?? null,
    correlation_id: options.correlationId,
    initiator: options.initiator,
    source_system: options.sourceSystem,
    reason: options.reason,
    tags: options.tag,
    bypass_steps: options.bypass,
  };
}

function priorityOf(text: string | undefined): number | undefined {
  if (text === undefined || /^-?\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--priority takes a whole number from -100 to 100, not ${JSON.stringify(text)}.`);
}

function secondsToMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds >= 0)) throw new UsageError(`--timeout takes a number of seconds, not ${JSON.stringify(text)}.`);
  return seconds * 1000;
}
