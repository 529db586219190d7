import { randomUUID } from 'node:crypto';
import { createTasker, printableUrl, type TaskDetail } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { demoOrder, processOrder } from '../demo/process-order.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { commandName } from '../output/command-name.ts';
import { createLogger } from '../output/logger.ts';
import { layOut } from '../output/table.ts';
import { formatDuration } from '../output/time.ts';
import { watchTask } from '../output/watch-task.ts';
import { taskDetailJson } from '../output/wire.ts';

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
    logger: createLogger(terminal, cli.verbose ? 'debug' : 'warn'),
  });
  try {
    terminal.print(`Ready after ${formatDuration(performance.now() - begin)}. One order: ${orderLine()}`);
    terminal.print();
    // The same order every time is meant here, and not a double click.
    const task = await tasker.submit(processOrder, demoOrder, { idempotencyKey: randomUUID() });
    const detail = await watchTask(terminal, tasker.db, task.id, { timeoutMs: patienceMs });
    terminal.printJson(taskDetailJson(detail));
    return tellEnd(cli, detail);
  } finally {
    await tasker.stop();
  }
}

function orderLine(): string {
  const { cart_items, payment_info, customer_info } = demoOrder;
  const pieces = cart_items.reduce((sum, { quantity }) => sum + quantity, 0);
  return `${pieces} items for ${payment_info.amount} USD, bought by ${customer_info.name}.`;
}

function tellEnd({ terminal, database }: Cli, { task, steps }: TaskDetail): ExitCode {
  const payment = steps.find(({ name }) => name === 'process_payment');
  terminal.print();
  terminal.print(terminal.style('bold', 'Results'));
  for (const line of layOut(steps.map(({ name, result }) => [name, JSON.stringify(result)]))) terminal.print(line);
  terminal.print();
  if (task.state !== 'complete' || payment?.attempts !== 2) {
    terminal.note(`tasker: The order should have been complete after one retry of the payment; it is ${task.state}.`);
    return exitCodes.failed;
  }
  const tookMs = (task.finishedAt?.getTime() ?? 0) - task.createdAt.getTime();
  terminal.print(
    `The order is ${terminal.style('green', 'complete')} after ${formatDuration(tookMs)}. ` +
      'The payment gateway did not answer at first; the step was tried again, and nothing else was repeated.',
  );
  terminal.print(
    terminal.style(
      'dim',
      `All of it is in the database: ${commandName} task show ${task.taskId} --database ${database}`,
    ),
  );
  return exitCodes.done;
}
