import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import type { Queryable } from '../postgres/database.ts';
import { fetchResults, fetchTasks } from './fetch-tasks.sql.ts';
import type { CachedTask, TaskCache, TaskHeader } from './task-cache.ts';

export interface WantedStep {
  readonly taskId: string;
  readonly step: number;
}

/** Whether everything that the handler of a step may ask for is at hand. */
export function knowsAll(task: CachedTask | undefined, step: number): task is CachedTask {
  const parents = task?.registered.plan.steps[step]?.parents;
  return parents?.every((parent) => task?.whole[parent]) ?? false;
}

/**
 * The tasks of these steps, in the same order, each held once per step: however little room the cache has, they stay
 * until they are let go.
 */
export async function holdTasks(
  db: Queryable,
  plans: PlanStore,
  cache: TaskCache,
  steps: readonly WantedStep[],
): Promise<CachedTask[]> {
  const fetched = new Map<string, TaskHeader>();
  for (;;) {
    const isAtHand = (taskId: string) => fetched.has(taskId) || cache.get(taskId) !== undefined;
    const unknown = [...new Set(steps.map(({ taskId }) => taskId))].filter((taskId) => !isAtHand(taskId));
    // from the last look on nothing is awaited: what is there cannot be dropped before it is held
    if (unknown.length === 0) return steps.map(({ taskId }) => hold(cache, taskId, fetched.get(taskId)));
    for (const header of await fetchHeaders(db, plans, unknown)) fetched.set(header.id, header);
    const missing = unknown.find((taskId) => !fetched.has(taskId));
    if (missing !== undefined) throw new Error(`task ${missing} is not in the database`);
  }
}

async function fetchHeaders(db: Queryable, plans: PlanStore, taskIds: readonly string[]): Promise<TaskHeader[]> {
  const headers: TaskHeader[] = [];
  for (const row of await fetchTasks(db, taskIds)) {
    headers.push({
      id: row.id,
      registered: await plans.load(row.revision_id),
      priority: row.priority,
      correlationId: row.correlation_id,
      traceparent: row.traceparent,
      context: row.context,
    });
  }
  return headers;
}

function hold(cache: TaskCache, taskId: string, header: TaskHeader | undefined): CachedTask {
  const task = cache.get(taskId) ?? (header === undefined ? undefined : cache.add(header));
  if (task === undefined) throw new Error(`task ${taskId} is not at hand`);
  cache.hold(task);
  return task;
}

/** Fetches what is missing to run steps of tasks that are held: the results of their ancestors, in one query. */
export async function completeKnowledge(
  db: Queryable,
  cache: TaskCache,
  steps: readonly { readonly task: CachedTask; readonly step: number }[],
): Promise<void> {
  const missing = steps.flatMap(({ task, step }) => missingAncestors(task, step));
  if (missing.length === 0) return;
  const rows = await fetchResults(
    db,
    missing.map(({ task, step }) => ({ taskId: task.id, step })),
  );
  const texts = new Map(rows.map((row) => [`${row.task_id} ${row.step}`, row.result]));
  for (const { task, step } of missing) cache.addResult(task, step, texts.get(`${task.id} ${step}`) ?? null);
}

function missingAncestors(task: CachedTask, step: number): { task: CachedTask; step: number }[] {
  const { steps } = task.registered.plan;
  const missing = new Set<number>();
  const visiting = [step];
  for (let at = visiting.pop(); at !== undefined; at = visiting.pop()) {
    for (const parent of steps[at]?.parents ?? []) {
      if (task.whole[parent] || missing.has(parent)) continue;
      missing.add(parent);
      visiting.push(parent);
    }
  }
  return [...missing].map((ancestor) => ({ task, step: ancestor }));
}
