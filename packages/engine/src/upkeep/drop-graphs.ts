import type { Database } from '../postgres/database.ts';
import { dropUnusedGraphs } from './drop-graphs.sql.ts';

/** Drops own graphs of tasks that went with history, and of submissions that came to nothing. */
export async function dropGraphs(db: Database): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const from: number = after;
    after = await db.transaction((tx) => dropUnusedGraphs(tx, from));
  }
}
