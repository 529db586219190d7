import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '@tasker/contract';
import {
  type Database,
  type HistoryFact,
  type TaskDetail,
  TaskNotFound,
  taskDetail,
  taskHistory,
} from '@tasker/engine';
import { openLiveArea } from './live-area.ts';
import { firstLine, stepGraph } from './step-graph.ts';
import type { Terminal } from './terminal.ts';
import { formatDuration } from './time.ts';

export interface WatchOptions {
  /** Stop watching after so long. Default: never. */
  readonly timeoutMs?: number | undefined;
}

/** Between two looks. */
const lookMs = 100;

/**
 * Shows what becomes of a task until it has ended: as a graph that is drawn again in place where a person looks on,
 * else as a line for each thing that happens. Returns how the task stood last.
 */
export async function watchTask(
  terminal: Terminal,
  db: Database,
  taskId: string,
  { timeoutMs = Number.POSITIVE_INFINITY }: WatchOptions = {},
): Promise<TaskDetail> {
  const view = terminal.live ? graphView(terminal) : factView(terminal, db, taskId);
  const begin = performance.now();
  try {
    for (;;) {
      const detail = await taskDetail(db, taskId);
      if (detail === undefined) throw new TaskNotFound(taskId);
      await view.show(detail);
      if (isTerminal(detail.task.state) || performance.now() - begin > timeoutMs) return detail;
      await sleep(lookMs);
    }
  } finally {
    view.end();
  }
}

interface View {
  show(detail: TaskDetail): Promise<void>;
  end(): void;
}

function graphView(terminal: Terminal): View {
  const area = openLiveArea(terminal);
  return {
    show({ steps }) {
      area.draw(stepGraph(steps, terminal, new Date()));
      return Promise.resolve();
    },
    end: () => area.end(),
  };
}

function factView(terminal: Terminal, db: Database, taskId: string): View {
  const told = new Set<string>();
  return {
    async show({ task }) {
      if (terminal.json) return;
      for (const fact of await taskHistory(db, taskId)) {
        if (told.has(fact.id)) continue;
        told.add(fact.id);
        const after = formatDuration(fact.at.getTime() - task.createdAt.getTime());
        terminal.print(`${after.padStart(8)}  ${factLine(fact)}`);
      }
    },
    end: () => undefined,
  };
}

/** A thing that happened, in a line. */
export function factLine(fact: HistoryFact): string {
  const { kind, step, attempt, error, durationMs, actor, reason } = fact;
  const by = actor === null ? '' : ` by ${actor}`;
  const why = reason === null ? '' : `: ${reason}`;
  const took = durationMs === null ? '' : `, ${formatDuration(durationMs)}`;
  const what = step ?? 'task';
  switch (kind) {
    case 'submitted':
      return `${what} submitted${by}${why}`;
    case 'attempt_started':
      return `${what} in_progress, attempt ${attempt}`;
    case 'attempt_complete':
      return `${what} complete, attempt ${attempt}${took}`;
    case 'attempt_error':
      return `${what} error, attempt ${attempt}${took}: ${errorOf(error)}${nextOf(fact)}`;
    case 'attempt_cancelled':
      return `${what} cancelled, attempt ${attempt}${took}`;
    case 'operator_cancel':
    case 'operator_retry':
    case 'operator_resolve':
    case 'operator_skip':
    case 'operator_edit':
      return `${what} ${kind.replace('operator_', '')}${by}${why}`;
    case 'task_complete':
    case 'task_error':
    case 'task_cancelled':
    case 'task_resolved_manually':
      return `${kind.replace('task_', 'task ')}${took}`;
  }
}

function errorOf(error: HistoryFact['error']): string {
  return error === null ? 'unknown' : `${error.code ?? error.class}: ${firstLine(error.message)}`;
}

function nextOf({ retryAt, at }: HistoryFact): string {
  return retryAt === null ? '' : `; next attempt in ${formatDuration(retryAt.getTime() - at.getTime())}`;
}
