import type { Database } from '../postgres/database.ts';
import { deleteRowsBefore, dropSpan, hasOpenTasks, listSpans } from './history-spans.sql.ts';

/**
 * Drops history older than `retentionDays`, a week at a time, oldest first. A week in which a task is still open stays,
 * and so does everything after it. Detaching before dropping lets readers and writers of the rest go on meanwhile.
 */
export async function dropHistory(db: Database, retentionDays: number): Promise<number> {
  let dropped = 0;
  for (const span of await listSpans(db, retentionDays)) {
    if (await hasOpenTasks(db, span)) break;
    await deleteRowsBefore(db, span);
    await dropSpan(db, span);
    dropped += 1;
  }
  return dropped;
}
