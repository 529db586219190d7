import type { Json, JsonObject } from '@tasker/contract';
import { LRUCache } from 'lru-cache';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { lazyJson, lazyObject } from '../json/lazy-json.ts';

/** What a worker knows of a task that it works on. */
export interface CachedTask {
  readonly id: string;
  readonly registered: RegisteredPlan;
  readonly priority: number;
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly context: () => JsonObject;
  /** By position: results of settled steps, as far as they are known here; a skipped step has none. */
  readonly results: ((() => Json) | undefined)[];
  /** By position: the step is settled and what it and all its ancestors returned is known here. */
  readonly whole: boolean[];
  /** Steps of it that this worker holds. */
  held: number;
  /** Of context and results, as JSON text. */
  bytes: number;
}

export interface TaskHeader {
  readonly id: string;
  readonly registered: RegisteredPlan;
  readonly priority: number;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
  /** JSON text. */
  readonly context: string;
}

/**
 * Tasks at hand. A task is kept while a step of it is held here; after that it is dropped for room, and fetched again
 * when it comes back.
 */
export interface TaskCache {
  get(taskId: string): CachedTask | undefined;
  /** A task that was submitted or fetched here. */
  add(header: TaskHeader): CachedTask;
  /** @param text JSON, or null for a step that was passed over */
  addResult(task: CachedTask, step: number, text: string | null): void;
  hold(task: CachedTask): void;
  letGo(task: CachedTask): void;
  drop(taskId: string): void;
}

/** @param idleBytes room for tasks of which no step is held */
export function createTaskCache(idleBytes: number): TaskCache {
  const held = new Map<string, CachedTask>();
  const idle = new LRUCache<string, CachedTask>({
    maxSize: Math.max(1, idleBytes),
    sizeCalculation: (task) => task.bytes,
  });
  return {
    get: (taskId) => held.get(taskId) ?? idle.get(taskId),
    add(header) {
      const task = cachedTask(header);
      idle.set(task.id, task);
      return task;
    },
    addResult(task, step, text) {
      task.whole[step] = true;
      if (text === null || task.results[step] !== undefined) return;
      task.results[step] = lazyJson(text);
      task.bytes += text.length;
    },
    hold(task) {
      task.held += 1;
      if (task.held > 1) return;
      idle.delete(task.id);
      held.set(task.id, task);
    },
    letGo(task) {
      task.held -= 1;
      if (task.held > 0) return;
      held.delete(task.id);
      idle.set(task.id, task);
    },
    drop(taskId) {
      held.delete(taskId);
      idle.delete(taskId);
    },
  };
}

/** What a task costs beside its texts. */
const baseBytes = 500;

function cachedTask(header: TaskHeader): CachedTask {
  const { id, registered, priority, correlationId, traceparent, context } = header;
  return {
    id,
    registered,
    priority,
    correlationId: correlationId ?? id,
    traceparent,
    context: lazyObject(context),
    results: [],
    whole: [],
    held: 0,
    bytes: baseBytes + context.length,
  };
}
