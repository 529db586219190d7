import { randomUUID } from 'node:crypto';
import type { TaskResource } from '@tasker/contract/wire';
import { createTasker, printableUrl } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { demoOrder, processOrder } from '../demo/process-order.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { localClient } from '../local-client.ts';
import { commandName } from '../output/command-name.ts';
import { createLogger } from '../output/logger.ts';
import { layOut } from '../output/table.ts';
import { formatDuration } from '../output/time.ts';
import { watchTask } from '../output/watch-task.ts';

/** A folder of its own, so that the demo never meets anybody's data. */
export const demoDatabase = 'file:.tasker/demo';

/** Longer than anything in the demo takes, however slow the machine. */
const patienceMs = 60_000;

/** Runs one order to completion, with a payment time-out on the way. */
export async function runDemo(cli: Cli): Promise<ExitCode> {
  const { terminal } = cli;
  const begin = performance.now();
  terminal.print(`Starting the database (${printableUrl(cli.database)}) …`);
  const tasker = await createTasker({
    database: cli.database,
    tasks: [processOrder],
    replaceTemplates: true,
    // The time-out on the way takes a second, and is meant to.
    slowThresholdMs: 10_000,
    logger: createLogger(cli, 'warn'),
  });
  try {
    terminal.print(`Ready after ${formatDuration(performance.now() - begin)}. One order: ${orderLine()}`);
    terminal.print();
    // The same order every time is meant here, and not a double click.
    const task = await tasker.submit(processOrder, demoOrder, { idempotencyKey: randomUUID() });
    const ended = await watchTask(terminal, localClient(tasker), task.id, { timeoutMs: patienceMs });
    terminal.printJson(ended);
    return tellEnd(cli, ended);
  } finally {
    await tasker.stop();
  }
}

function orderLine(): string {
  const { cart_items, payment_info, customer_info } = demoOrder;
  const pieces = cart_items.reduce((sum, { quantity }) => sum + quantity, 0);
  return `${pieces} items for ${payment_info.amount} USD, bought by ${customer_info.name}.`;
}

function tellEnd({ terminal, database }: Cli, task: TaskResource): ExitCode {
  const { workflow_steps: steps, created_at: createdAt, finished_at: finishedAt } = task;
  const payment = steps.find(({ name }) => name === 'process_payment');
  terminal.print();
  terminal.print(terminal.style('bold', 'Results'));
  for (const line of layOut(steps.map(({ name, results }) => [name, JSON.stringify(results)]))) terminal.print(line);
  terminal.print();
  if (task.status !== 'complete' || payment?.attempts !== 2) {
    terminal.note(`tasker: The order should have been complete after one retry of the payment; it is ${task.status}.`);
    return exitCodes.failed;
  }
  const tookMs = Date.parse(finishedAt ?? createdAt) - Date.parse(createdAt);
  terminal.print(
    `The order is ${terminal.style('green', 'complete')} after ${formatDuration(tookMs)}. ` +
      'The payment gateway did not answer at first; the step was tried again, and nothing else was repeated.',
  );
  terminal.print(
    terminal.style(
      'dim',
      `All of it is in the database: ${commandName} task show ${task.task_id} --database ${database}`,
    ),
  );
  return exitCodes.done;
}
