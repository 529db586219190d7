import type { StepCommandAnswer } from '@tasker/contract/wire';
import type { CommandResult, Database } from '@tasker/engine';
import { readStep } from '../../resources/step-resource.ts';

/** The step as it is after the command. */
export async function stepCommandAnswer(
  db: Database,
  { taskId, status, changed }: CommandResult,
  step: string,
): Promise<StepCommandAnswer> {
  return { task_id: taskId, task_status: status, changed, step: await readStep(db, taskId, step) };
}
