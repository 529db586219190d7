import type { Json } from '@tasker/contract';
import { InvalidRequest, TaskNotFound } from '../errors.ts';
import { isUuid } from '../graph/step-id.ts';
import { annotationText } from '../json/annotation-text.ts';
import type { Database } from '../postgres/database.ts';
import { isMissingPartition } from '../postgres/sqlstate.ts';
import { writeAnnotation } from './write-annotation.sql.ts';

/**
 * Notes a fact about a task, in the place of what was noted under that name before.
 *
 * @param makeRoom makes room in history for a task that is older than annotations are
 * @throws {InvalidRequest} {TaskNotFound}
 */
export async function annotate(
  db: Database,
  makeRoom: (taskId: string) => Promise<void>,
  taskId: string,
  name: string,
  value: Json,
): Promise<void> {
  if (!isUuid(taskId)) throw new InvalidRequest('task_id', 'must be a UUID');
  const text = annotationText(name, value);
  const write = () => writeAnnotation(db, taskId, name, text);
  const written = await write().catch(async (error: unknown) => {
    if (!isMissingPartition(error)) throw error;
    await makeRoom(taskId);
    return write();
  });
  if (!written) throw new TaskNotFound(taskId);
}
