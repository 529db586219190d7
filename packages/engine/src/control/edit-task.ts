import type { TaskState } from '@tasker/contract';
import { InvalidRequest, TaskNotFound } from '../errors.ts';
import { storableText } from '../json/serialise.ts';
import type { Database } from '../postgres/database.ts';
import { type EditableTask, findEditableTask, writeTaskEdit } from './edit-task.sql.ts';
import { type By, insertActions } from './write-change.sql.ts';

export interface TaskEdit {
  /** Why the task was submitted; up to 128 characters. */
  readonly reason?: string;
  /** In the place of those it has; each of 1 to 128 characters. */
  readonly tags?: readonly string[];
}

/**
 * Changes what is said about a task, and notes in history that it was changed. Moves nothing: the task may run
 * meanwhile, and may be over.
 *
 * @throws {InvalidRequest} {TaskNotFound}
 */
export async function editTask(
  db: Database,
  taskId: string,
  edit: TaskEdit,
  by: By,
): Promise<{ readonly status: TaskState; readonly changed: boolean }> {
  checkEdit(edit);
  return db.transaction(async (tx) => {
    const task = await findEditableTask(tx, taskId);
    if (task === undefined) throw new TaskNotFound(taskId);
    if (!differs(task, edit)) return { status: task.status, changed: false };
    await writeTaskEdit(tx, taskId, edit);
    await insertActions(tx, taskId, [{ step: null, kind: 'edit', attempts: 0, result: null }], by, false);
    return { status: task.status, changed: true };
  });
}

function checkEdit({ reason, tags }: TaskEdit): void {
  if (reason === undefined && tags === undefined) {
    throw new InvalidRequest('edit', 'must change something: give `reason`, `tags` or both');
  }
  if (reason !== undefined) checkText('reason', reason, 0);
  for (const [index, tag] of (tags ?? []).entries()) checkText(`tags[${index}]`, tag, 1);
}

const longestText = 128;

function checkText(field: string, text: string, shortest: number): void {
  if (text.length < shortest || text.length > longestText) {
    throw new InvalidRequest(field, `must have ${shortest} to ${longestText} characters`);
  }
  if (storableText(text) !== text) throw new InvalidRequest(field, 'has a character that PostgreSQL cannot store');
}

function differs(task: EditableTask, { reason, tags }: TaskEdit): boolean {
  if (reason !== undefined && reason !== task.reason) return true;
  return tags !== undefined && JSON.stringify(tags) !== JSON.stringify(task.tags);
}
