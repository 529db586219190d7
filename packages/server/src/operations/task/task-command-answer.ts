import type { TaskCommandAnswer } from '@tasker/contract/wire';
import type { CommandResult, Database } from '@tasker/engine';
import { readTask } from '../../resources/task-resource.ts';

/** The task as it is after the command. */
export async function taskCommandAnswer(
  db: Database,
  { taskId, status, changed }: CommandResult,
): Promise<TaskCommandAnswer> {
  return { task_id: taskId, status, changed, task: await readTask(db, taskId) };
}
