import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WatchedEvent } from '@tasker/client';
import { isTerminal } from '@tasker/contract';
import type { TaskResource } from '@tasker/contract/wire';
import { openLiveArea } from './live-area.ts';
import { errorText, stepGraph } from './step-graph.ts';
import type { Terminal } from './terminal.ts';
import { formatDuration } from './time.ts';

export interface WatchOptions {
  /** Stop watching after so long. Default: never. */
  readonly timeoutMs?: number | undefined;
}

/** Between two looks, as long as they cost as little as that. */
const lookMs = 100;
/** A worker that is there has taken a step long before. */
const idleMs = 3_000;
/** Looks take at most a fifth of the time. */
const share = 4;

/**
 * Shows what becomes of a task until it has ended: as a graph that is drawn again in place where a person looks on,
 * else as a line for each thing that happens. Returns how the task stood last.
 */
export async function watchTask(
  terminal: Terminal,
  tasker: Client,
  taskId: string,
  { timeoutMs = Number.POSITIVE_INFINITY }: WatchOptions = {},
): Promise<TaskResource> {
  const view = terminal.live ? graphView(terminal) : eventView(terminal, tasker);
  const begin = performance.now();
  let idle: string | undefined;
  try {
    for (;;) {
      const looked = performance.now();
      const { task } = await tasker.tasks.show({ task_id: taskId });
      if (task.status === 'pending' && looked - begin > idleMs) idle ??= await whyIdle(tasker, taskId);
      await view.show(task, task.status === 'pending' ? idle : undefined);
      if (isTerminal(task.status) || performance.now() - begin > timeoutMs) return task;
      await sleep(Math.max(lookMs, share * (performance.now() - looked)));
    }
  } finally {
    view.end();
  }
}

/** Nobody who watches a task that nobody works on shall have to guess so. */
async function whyIdle({ tasks }: Client, taskId: string): Promise<string | undefined> {
  const { reasons } = await tasks.explain({ task_id: taskId });
  const missing = reasons.find(({ kind }) => kind === 'no_worker');
  return missing === undefined ? undefined : `${missing.reason} ${missing.remedy}`;
}

interface View {
  /** @param idle why nothing happens, if that is known */
  show(task: TaskResource, idle: string | undefined): Promise<void>;
  end(): void;
}

function graphView(terminal: Terminal): View {
  const area = openLiveArea(terminal);
  return {
    show({ workflow_steps: steps }, idle) {
      area.draw([...stepGraph(steps, terminal, new Date()), ...(idle === undefined ? [] : ['', idle])]);
      return Promise.resolve();
    },
    end: () => area.end(),
  };
}

function eventView(terminal: Terminal, { tasks }: Client): View {
  const told = new Set<string>();
  let toldIdle: string | undefined;
  return {
    async show({ task_id, created_at }, idle) {
      if (idle !== undefined && idle !== toldIdle) terminal.note(`tasker: ${idle}`);
      toldIdle = idle;
      if (terminal.json) return;
      for (const event of (await tasks.history({ task_id })).events) {
        if (told.has(event.event_id)) continue;
        told.add(event.event_id);
        const after = formatDuration(Date.parse(event.at) - Date.parse(created_at));
        terminal.print(`${after.padStart(8)}  ${eventLine(event)}`);
      }
    },
    end: () => undefined,
  };
}

/** A thing that happened, in a line. */
export function eventLine(event: WatchedEvent): string {
  const { kind, step, attempt, error, duration_ms: durationMs, actor, reason } = event;
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
      return `${what} error, attempt ${attempt}${took}: ${errorOf(error)}${nextOf(event)}`;
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

/** What went wrong, in a line. */
export function errorOf(error: WatchedEvent['error']): string {
  return error === null ? 'unknown' : errorText(error);
}

/** When it is tried again, if it is. */
export function nextOf({ retry_at: retryAt, at }: Pick<WatchedEvent, 'retry_at' | 'at'>): string {
  return retryAt === null ? '' : `; next attempt in ${formatDuration(Date.parse(retryAt) - Date.parse(at))}`;
}
