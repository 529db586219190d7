import type { Database } from '../postgres/database.ts';
import { isConnectionLoss, isSerialization } from '../postgres/sqlstate.ts';
import { deleteRowsBefore, dropSpan, type HistorySpan, hasOpenTasks, listSpans } from './history-spans.sql.ts';

/**
 * Drops history older than `retentionDays`, a week at a time, oldest first; returns how many weeks went. A week in
 * which a task is still open stays, and so does everything after it. Detaching before dropping lets readers and writers
 * of the rest go on meanwhile, however long it has to wait for a transaction of theirs.
 */
export async function dropHistory(db: Database, retentionDays: number): Promise<number> {
  let dropped = 0;
  for (const span of await listSpans(db, retentionDays)) {
    try {
      if (await hasOpenTasks(db, span)) break;
      await deleteRowsBefore(db, span);
      await dropSpan(db, span);
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      if (isSerialization(error) || (await isChanging(db, span, retentionDays))) break;
      throw error;
    }
    dropped += 1;
  }
  return dropped;
}

/** Whether another process is at it: then what we tried was not there any more, or not in the state it was in. */
async function isChanging(db: Database, span: HistorySpan, retentionDays: number): Promise<boolean> {
  const now = (await listSpans(db, retentionDays)).find(({ suffix }) => suffix === span.suffix);
  return JSON.stringify(now) !== JSON.stringify(span);
}
