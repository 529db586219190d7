import type { Database } from '../postgres/database.ts';
import { type ExecutionContext, findExecutionContexts } from './find-execution-contexts.sql.ts';
import { findSteps, type StepView } from './find-steps.sql.ts';
import { findTask, type TaskView } from './find-task.sql.ts';
import { readSnapshot } from './read-snapshot.ts';

/** Everything a screen about one task shows, as of one moment. */
export interface TaskDetail {
  readonly task: TaskView;
  /** By position: parents stand before their children. */
  readonly steps: readonly StepView[];
  readonly edges: readonly StepEdge[];
  readonly execution: ExecutionContext;
}

/** A dependency: `to` runs after `from`. */
export interface StepEdge {
  readonly fromStepId: string;
  readonly toStepId: string;
  readonly fromName: string;
  readonly toName: string;
}

/** Undefined when there is no such task. */
export async function taskDetail(db: Database, taskId: string): Promise<TaskDetail | undefined> {
  return readSnapshot(db, async (tx) => {
    const task = await findTask(tx, taskId);
    if (task === undefined) return undefined;
    const steps = await findSteps(tx, [taskId]);
    const [execution] = await findExecutionContexts(tx, [taskId]);
    if (execution === undefined) throw new Error(`task ${taskId} has no execution context`);
    return { task, steps, edges: edgesOf(steps), execution };
  });
}

/** @param steps all of a task, by position */
export function edgesOf(steps: readonly StepView[]): StepEdge[] {
  return steps.flatMap((from) =>
    from.children.flatMap((child) => {
      const to = steps[child];
      if (to === undefined) return [];
      return [{ fromStepId: from.stepId, toStepId: to.stepId, fromName: from.name, toName: to.name }];
    }),
  );
}
