import type { Client } from '@tasker/client';
import { correlationIdForm } from '@tasker/contract/wire';
import { printableUrl } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodeOf, exitCodes, UsageError } from '../exit.ts';
import { counted } from '../output/counted.ts';
import { errorJson, errorLine } from '../output/error-line.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatDuration, formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';
import { type Collected, collectTasks, type Source } from '../trace/collect-tasks.ts';
import { traceJson } from '../trace/trace-json.ts';
import { traceLines } from '../trace/trace-lines.ts';
import { traceTree } from '../trace/trace-tree.ts';

/**
 * Shows everything that belongs to a correlation id, wherever it ran, as one tree.
 *
 * @param places one Tasker each; whoever does not answer is said, in the exit code, too
 */
export async function traceCorrelation(places: readonly [Cli, ...Cli[]], correlationId: string): Promise<ExitCode> {
  checkForm(correlationId);
  return withEach(places, async (sources) => {
    const [{ terminal }] = places;
    const collected = await collectTasks(sources, correlationId);
    const { tasks, failures } = collected;
    const [failure] = failures.values();
    if (tasks.length === 0 && failure === undefined) throw new NothingTraced(correlationId, sources);
    // alone, it is the one who says what is wrong
    if (tasks.length === 0 && sources.length === 1) throw failure;
    terminal.printJson(documentOf(correlationId, sources, collected));
    print(terminal, correlationId, collected);
    for (const [server, error] of failures) {
      terminal.note(`tasker: ${server} is missing here: ${errorLine(error)}`);
    }
    return failure === undefined ? exitCodes.done : exitCodeOf(failure);
  });
}

function checkForm(correlationId: string): void {
  const { pattern, maxLength } = correlationIdForm;
  if (correlationId.length <= maxLength && new RegExp(pattern).test(correlationId)) return;
  throw new UsageError(
    `A correlation id has 1 to ${maxLength} letters, digits and _ . : -, and begins with a letter or digit; ` +
      `${JSON.stringify(correlationId)} is none.`,
  );
}

/** All of them at once: what one knows sends us to another. */
async function withEach<Result>(
  [first, ...others]: readonly [Cli, ...Cli[]],
  work: (sources: readonly Source[]) => Promise<Result>,
  opened: readonly Source[] = [],
): Promise<Result> {
  return withTasker(first, (tasker: Client) => {
    const sources = [...opened, { server: first.server?.url ?? printableUrl(first.database), tasker }];
    const [next, ...rest] = others;
    return next === undefined ? work(sources) : withEach([next, ...rest], work, sources);
  });
}

class NothingTraced extends Error {
  override readonly name = 'NothingTraced';
  readonly code = 'TASK_NOT_FOUND';

  constructor(correlationId: string, sources: readonly Source[]) {
    const where = sources.map(({ server }) => server).join(', ');
    super(
      `No task belongs to the correlation id ${correlationId} on ${where}. The id of a task says which it has: ` +
        '`tasker task show TASK --json`.',
    );
  }
}

function documentOf(correlationId: string, sources: readonly Source[], { tasks, failures, more }: Collected): object {
  return {
    correlation_id: correlationId,
    servers: sources.map(({ server }) => ({
      server,
      tasks: tasks.filter((found) => found.server === server).length,
      error: failures.has(server) ? Reflect.get(errorJson(failures.get(server)), 'error') : null,
    })),
    more,
    tasks: traceTree(tasks).map(traceJson),
  };
}

function print(terminal: Terminal, correlationId: string, { tasks, failures, more }: Collected): void {
  const [first] = tasks;
  if (first === undefined) {
    terminal.print(`No task of ${correlationId} is known to those who answered.`);
    return;
  }
  const now = new Date();
  const begin = new Date(first.task.created_at);
  const servers = new Set(tasks.map(({ server }) => server)).size;
  const ends = tasks.map(({ task }) => (task.finished_at === null ? now.getTime() : Date.parse(task.finished_at)));
  const took = formatDuration(Math.max(0, Math.max(...ends) - begin.getTime()));
  terminal.print(
    `${terminal.style('bold', correlationId)}  ${counted(tasks.length, 'task')} on ${counted(servers, 'server')}, ` +
      `from ${formatTime(begin)} on, ${took}`,
  );
  terminal.print();
  for (const line of traceLines(traceTree(tasks), terminal, begin, now)) terminal.print(line);
  if (more) terminal.note(`tasker: there are more than these ${tasks.length} tasks`);
  if (failures.size > 0) terminal.print();
}
