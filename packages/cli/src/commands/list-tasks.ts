import type { TaskQuery } from '@tasker/client';
import { isTerminal, type Json, type TaskState, taskStates } from '@tasker/contract';
import type { TaskSummaryResource } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { readPageSize } from '../input/page-size.ts';
import { parseJson } from '../input/parse-json.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatDuration, formatTime } from '../output/time.ts';
import { withTasker } from '../session.ts';
import { statusStyles } from './show-task.ts';

export interface ListTasksOptions {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly templateVersion?: string | undefined;
  readonly status?: string | undefined;
  readonly tag?: string | undefined;
  readonly initiator?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly parentCorrelationId?: string | undefined;
  readonly annotationType?: string | undefined;
  readonly annotationKey?: string | undefined;
  readonly annotationValue?: string | undefined;
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly search?: string | undefined;
  readonly oldestFirst?: true | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export async function listTasks(cli: Cli, options: ListTasksOptions): Promise<ExitCode> {
  const filter = filterOf(options);
  const limit = readPageSize(options.limit);
  const { terminal } = cli;
  return withTasker(cli, async (tasker) => {
    const list = await tasker.tasks.list({
      ...filter,
      sort_order: options.oldestFirst ? 'asc' : undefined,
      limit,
      cursor: options.cursor,
    });
    terminal.printJson(list);
    const { tasks, next_cursor: next } = list;
    if (tasks.length === 0) terminal.print('There are no such tasks.');
    else
      for (const line of layOut([header(terminal), ...tasks.map((task) => row(terminal, task))])) terminal.print(line);
    if (next !== null) terminal.print(terminal.style('dim', `More: add --cursor ${next}`));
    return exitCodes.done;
  });
}

function filterOf(options: ListTasksOptions): TaskQuery {
  return {
    namespace: options.namespace,
    name: options.name,
    version: options.templateVersion,
    status: statusOf(options.status),
    tag: options.tag,
    initiator: options.initiator,
    correlation_id: options.correlationId,
    parent_correlation_id: options.parentCorrelationId,
    ...annotationOf(options),
    created_after: timeOf('--created-after', options.createdAfter),
    created_before: timeOf('--created-before', options.createdBefore),
    q: options.search,
  };
}

function statusOf(text: string | undefined): TaskState | undefined {
  const status = taskStates.find((state) => state === text);
  if (text === undefined || status !== undefined) return status;
  throw new UsageError(`--status is one of ${taskStates.join(', ')}, not ${JSON.stringify(text)}.`);
}

/** A key alone has no index: it takes what stands under it. */
function annotationOf({ annotationType: type, annotationKey: key, annotationValue: value }: ListTasksOptions) {
  if (type === undefined && (key !== undefined || value !== undefined)) {
    throw new UsageError('Give --annotation-type with --annotation-key and --annotation-value.');
  }
  if (key !== undefined && value === undefined) throw new UsageError('Give --annotation-value with --annotation-key.');
  return { annotation_type: type, annotation_key: key, annotation_value: jsonOrText(value) };
}

/** Most values are words, which a shell is not to be given in quotes within quotes. */
function jsonOrText(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function timeOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) {
    throw new UsageError(
      `${option} takes a time such as 2026-11-20 or 2026-11-20T14:00:00Z, not ${JSON.stringify(text)}.`,
    );
  }
  return at.toISOString();
}

function header({ style }: Terminal): string[] {
  return ['TASK', 'TEMPLATE', 'STATUS', 'SUBMITTED', 'TOOK', 'TAGS'].map((title) => style('dim', title));
}

function row({ style }: Terminal, task: TaskSummaryResource): string[] {
  const { task_id, namespace, name, version, status, tags } = task;
  const begin = new Date(task.created_at);
  const end = task.finished_at === null ? (isTerminal(status) ? begin : new Date()) : new Date(task.finished_at);
  return [
    task_id,
    `${namespace}/${name}@${version}`,
    style(statusStyles[status], status),
    formatTime(begin),
    formatDuration(Math.max(0, end.getTime() - begin.getTime())),
    tags.join(', '),
  ];
}
