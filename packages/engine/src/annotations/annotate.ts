import type { Json } from '@tasker/contract';
import { InvalidRequest, TaskNotFound } from '../errors.ts';
import { isUuid } from '../graph/step-id.ts';
import { writeInRoom } from '../lifecycle/2-submission/write-in-room.ts';
import type { Database } from '../postgres/database.ts';
import { ensurePartitionsAt } from '../upkeep/ensure-partitions.sql.ts';
import { annotationText } from './annotation-text.ts';
import { writeAnnotations } from './write-annotations.sql.ts';

/**
 * Notes a fact about a task, in the place of what was noted under that name before.
 *
 * @throws {InvalidRequest} {TaskNotFound}
 */
export async function annotate(db: Database, taskId: string, name: string, value: Json): Promise<void> {
  if (!isUuid(taskId)) throw new InvalidRequest('task_id', 'must be a UUID');
  const annotation = { taskId: taskId.toLowerCase(), name, value: annotationText(name, value) };
  const makeRoom = (moments: readonly number[]) => ensurePartitionsAt(db, moments);
  const written = await writeInRoom([{ id: annotation.taskId }], makeRoom, () => writeAnnotations(db, [annotation]));
  if (written === 0) throw new TaskNotFound(taskId);
}
