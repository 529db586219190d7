import type { TaskHistoryEvent } from '@tasker/contract/wire';
import { statusStyles } from '../commands/show-task.ts';
import { stepCells } from '../output/step-graph.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatDuration } from '../output/time.ts';
import { errorOf, nextOf } from '../output/watch-task.ts';
import type { TracedStep, TracedTask } from './trace-tree.ts';

/** A row each for tasks, their steps, and what happened to steps that did not succeed at once; times from `begin` on. */
export function traceLines(
  tasks: readonly TracedTask[],
  { style }: Pick<Terminal, 'style'>,
  begin: Date,
  now: Date,
): string[] {
  const after = (at: string | null) =>
    at === null ? '' : `+${formatDuration(Math.max(0, Date.parse(at) - begin.getTime()))}`;

  function taskRows({ server, task, steps, related }: TracedTask, first: string, rest: string): string[][] {
    const { task_id, namespace, name, version, status, created_at, finished_at } = task;
    const end = finished_at === null ? now : new Date(finished_at);
    const own = [
      `${first}${style('bold', `${namespace}/${name}@${version}`)}`,
      style(statusStyles[status], status),
      after(created_at),
      formatDuration(Math.max(0, end.getTime() - Date.parse(created_at))),
      `${task_id} ${style('dim', `on ${server}`)}`,
    ];
    const below = [
      ...steps.map((step) => (head: string, tail: string) => stepRows(step, head, tail)),
      ...related.map((each) => (head: string, tail: string) => taskRows(each, head, tail)),
    ];
    return [own, ...branches(below, rest)];
  }

  function stepRows({ step, history, delegated }: TracedStep, first: string, rest: string): string[][] {
    const { mark, state, attempts, duration } = stepCells(step, style, now);
    const told = history.filter(({ kind }) => kind !== 'attempt_started');
    const tasksBelow = delegated.map((each) => (head: string, tail: string) => taskRows(each, head, tail));
    const indent = `${rest}${tasksBelow.length > 0 ? '│' : ' '} `;
    return [
      [`${first}${mark} ${step.name}`, state, after(step.started_at), duration, attempts],
      ...told.map((event) => historyRow(event, indent)),
      ...branches(tasksBelow, rest),
    ];
  }

  function historyRow(event: TaskHistoryEvent, indent: string): string[] {
    const { kind, attempt, at, duration_ms: took, actor, reason, error } = event;
    const isAttempt = kind.startsWith('attempt_');
    const by = [actor === null ? '' : `by ${actor}`, reason ?? ''].filter((text) => text !== '').join(': ');
    return [
      `${indent}${style('dim', isAttempt ? `attempt ${attempt}` : 'operator')}`,
      style(kind === 'attempt_error' ? 'red' : 'dim', kind.replace(/^(attempt|operator)_/, '')),
      after(at),
      took === null ? '' : formatDuration(took),
      kind === 'attempt_error' ? style('red', `${errorOf(error)}${nextOf(event)}`) : by,
    ];
  }

  return layOut(tasks.flatMap((task) => taskRows(task, '', '')));
}

/** Draws the lines of a tree before what stands at its branches. */
function branches(below: readonly ((first: string, rest: string) => string[][])[], before: string): string[][] {
  return below.flatMap((draw, place) =>
    place === below.length - 1 ? draw(`${before}└─ `, `${before}   `) : draw(`${before}├─ `, `${before}│  `),
  );
}
