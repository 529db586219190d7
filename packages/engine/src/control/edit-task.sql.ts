import type { TaskState } from '@tasker/contract';
import { textArray } from '../postgres/array-literal.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** What may be changed of a task whatever becomes of it. */
export interface EditableTask {
  readonly status: TaskState;
  readonly reason: string | null;
  readonly tags: readonly string[];
}

const find: Statement = {
  name: 'find_editable_task',
  text: `select tasker.state_of(t.id) as status, t.reason, coalesce(t.tags, '{}') as tags
           from tasker.task t where t.id = $1 for update`,
};

/** Held until the end of the transaction, so that two edits do not undo each other unseen. */
export async function findEditableTask(tx: Queryable, taskId: string): Promise<EditableTask | undefined> {
  const [task] = await tx.query<EditableTask>(find, [taskId]);
  return task;
}

const write: Statement = {
  name: 'write_task_edit',
  text: `update tasker.task set reason = coalesce($2, reason), tags = coalesce($3::text[], tags) where id = $1`,
};

export async function writeTaskEdit(
  tx: Queryable,
  taskId: string,
  { reason, tags }: { readonly reason?: string; readonly tags?: readonly string[] },
): Promise<void> {
  await tx.query(write, [taskId, reason ?? null, tags === undefined ? null : textArray([...tags])]);
}
