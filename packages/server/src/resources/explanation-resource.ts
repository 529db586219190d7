import type { Explanation } from '@tasker/contract/wire';
import { type Database, explain, findTask, type Reason, StepNotFound, TaskNotFound } from '@tasker/engine';
import { timeOrNull } from './time.ts';

/**
 * @param step name or id
 * @throws {TaskNotFound} {StepNotFound}
 */
export async function readExplanation(db: Database, taskId: string, step?: string): Promise<Explanation> {
  const reasons = await explain(db, taskId, step);
  if (reasons.length === 0) {
    // empty means one thing only: there is no such task or step
    if (step !== undefined && (await findTask(db, taskId)) !== undefined) throw new StepNotFound(taskId, step);
    throw new TaskNotFound(taskId);
  }
  return explanation(taskId, reasons);
}

export function explanation(taskId: string, reasons: readonly Reason[]): Explanation {
  return {
    task_id: taskId,
    reasons: reasons.map(({ stepId, step: name, kind, reason, remedy, until, detail }) => ({
      workflow_step_id: stepId,
      step: name,
      kind,
      reason,
      remedy,
      until: timeOrNull(until),
      detail,
    })),
  };
}
