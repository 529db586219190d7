import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import type { Queryable } from '../postgres/database.ts';
import { fetchResults, fetchTasks } from './fetch-tasks.sql.ts';
import type { CachedTask, TaskCache } from './task-cache.ts';

export interface WantedStep {
  readonly taskId: string;
  readonly step: number;
}

/** Whether everything that the handler of a step may ask for is at hand. */
export function knowsAll(task: CachedTask | undefined, step: number): task is CachedTask {
  const parents = task?.registered.plan.steps[step]?.parents;
  return parents?.every((parent) => task?.whole[parent]) ?? false;
}

/** Fetches what is missing to run steps: their tasks, and the results of their ancestors; one query for each. */
export async function completeKnowledge(
  db: Queryable,
  plans: PlanStore,
  cache: TaskCache,
  steps: readonly WantedStep[],
): Promise<void> {
  await fetchMissingTasks(db, plans, cache, steps);
  const missing = steps.flatMap(({ taskId, step }) => missingAncestors(cache.get(taskId), step));
  if (missing.length === 0) return;
  const texts = new Map(
    (
      await fetchResults(
        db,
        missing.map(({ task, step }) => ({ taskId: task.id, step })),
      )
    ).map((row) => [`${row.task_id} ${row.step}`, row.result]),
  );
  for (const { task, step } of missing) cache.addResult(task, step, texts.get(`${task.id} ${step}`) ?? null);
}

async function fetchMissingTasks(
  db: Queryable,
  plans: PlanStore,
  cache: TaskCache,
  steps: readonly WantedStep[],
): Promise<void> {
  const unknown = [...new Set(steps.map(({ taskId }) => taskId))].filter((taskId) => cache.get(taskId) === undefined);
  if (unknown.length === 0) return;
  for (const row of await fetchTasks(db, unknown)) {
    cache.add({
      id: row.id,
      registered: await plans.load(row.revision_id),
      priority: row.priority,
      correlationId: row.correlation_id,
      parentCorrelationId: row.parent_correlation_id,
      context: row.context,
    });
  }
}

function missingAncestors(task: CachedTask | undefined, step: number): { task: CachedTask; step: number }[] {
  if (task === undefined) return [];
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
