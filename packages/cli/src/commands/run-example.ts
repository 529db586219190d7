import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Client } from '@tasker/client';
import type { JsonObject } from '@tasker/contract';
import type { TaskResource } from '@tasker/contract/wire';
import { createTasker, printableUrl, type TemplateDocument } from '@tasker/engine';
import { createServer } from '@tasker/server';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { freePort } from '../free-port.ts';
import { type Example, exampleNamed, findExamples } from '../input/find-examples.ts';
import { isJsonObject } from '../input/json-object.ts';
import { type LoadedTasks, loadTasks } from '../input/load-tasks.ts';
import { parseJson } from '../input/parse-json.ts';
import { readSimulatedFailure } from '../input/simulated-failure.ts';
import { localClient } from '../local-client.ts';
import { commandName } from '../output/command-name.ts';
import { createLogger } from '../output/logger.ts';
import { layOut } from '../output/table.ts';
import { watchTask } from '../output/watch-task.ts';

/** A folder of their own, so that examples never meet anybody's data. */
export const exampleDatabase = 'file:.tasker/demo';

export interface RunExampleOptions {
  /** What is to go wrong. */
  readonly fail?: string | undefined;
}

/** Runs one task of an example to its end, on simulated services, and shows its graph meanwhile. */
export async function runExample(cli: Cli, name: string, { fail }: RunExampleOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const example = exampleNamed(await findExamples(), name);
  // Read where the example is loaded.
  if (fail !== undefined) process.env['EXAMPLES_ALLOW_SIMULATE'] = 'true';
  const port = await announcePort(example);
  const loaded = await loadTasks([example.module]);
  const context = contextOf(example, loaded, fail);
  terminal.print(`Starting the database (${printableUrl(cli.database)}) …`);
  const tasker = await createTasker({
    ...loaded,
    database: cli.database,
    replaceTemplates: true,
    logger: createLogger(cli, 'warn'),
  });
  const server = port === undefined ? undefined : await createServer({ tasker, port });
  try {
    await server?.start();
    terminal.print(`${example.template}: ${example.title}.`);
    terminal.print();
    const [namespace, template = ''] = example.template.split('/');
    // The same task every time is meant here, and not a double click.
    const request = { namespace: namespace ?? '', name: template, context, idempotencyKey: randomUUID() };
    const task = await tasker.submit(request);
    const client = localClient(tasker);
    const ended = await watchTask(terminal, client, task.id);
    terminal.printJson(ended);
    await watchOthers(cli, client, ended);
    return tellEnd(cli, ended);
  } finally {
    await server?.stop();
    await tasker.stop();
  }
}

/** The address of a server that is started later, for the module to read when it is loaded. */
async function announcePort({ serverVariable }: Example): Promise<number | undefined> {
  if (serverVariable === undefined) return undefined;
  const port = await freePort();
  process.env[serverVariable] = `http://127.0.0.1:${port}`;
  return port;
}

/** What the task has set off elsewhere goes on under its correlation id. */
async function watchOthers({ terminal }: Cli, client: Client, task: TaskResource): Promise<void> {
  const { tasks } = await client.tasks.list({ correlation_id: task.correlation_id ?? task.task_id });
  for (const { task_id, namespace, name } of tasks) {
    if (task_id === task.task_id) continue;
    terminal.print();
    terminal.print(`${namespace}/${name}, which came of it:`);
    terminal.print();
    await watchTask(terminal, client, task_id);
  }
}

function contextOf({ template, context: file }: Example, loaded: LoadedTasks, fail: string | undefined): JsonObject {
  const context = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(context)) throw new UsageError(`${file} holds no object.`);
  if (fail === undefined) return context;
  const documents: TemplateDocument[] = [...loaded.tasks.map(({ document }) => document), ...loaded.templates];
  const found = documents.findLast((each) => `${each.namespace_name}/${each.name}` === template);
  const { step, error, times } = readSimulatedFailure(
    fail,
    (found?.steps ?? []).map((each) => each.name),
  );
  return { ...context, simulate: { [step]: { error, times } } };
}

function tellEnd({ terminal, database }: Cli, task: TaskResource): ExitCode {
  terminal.print();
  terminal.print(terminal.style('bold', 'Results'));
  const rows = task.workflow_steps.map(({ name, results, error }) => [name, JSON.stringify(results ?? error)]);
  for (const line of layOut(rows)) terminal.print(line);
  terminal.print();
  terminal.print(`The task is ${task.status}. More: ${commandName} task show ${task.task_id} --database ${database}`);
  return task.status === 'complete' ? exitCodes.done : exitCodes.taskInError;
}
