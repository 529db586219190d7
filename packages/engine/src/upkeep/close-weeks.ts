import type { Database, Statement } from '../postgres/database.ts';

const closeWeek: Statement = { text: `select tasker.close_week() as week` };

/**
 * Writes down what the tasks of weeks that are over have together, for lists with several filters; returns how many
 * weeks it closed. Each is read once, in a transaction of its own. One that somebody writes to at the moment is left to
 * the next time.
 */
export async function closeWeeks(db: Database): Promise<number> {
  let closed = 0;
  while ((await db.query<{ week: Date | null }>(closeWeek))[0]?.week) closed += 1;
  return closed;
}
