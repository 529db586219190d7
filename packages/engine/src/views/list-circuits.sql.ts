import type { Queryable, Statement } from '../postgres/database.ts';

/** What a breaker of one dependent system would read: steps counted by their own reading. */
export interface Circuit {
  readonly dependentSystem: string;
  readonly closed: number;
  readonly open: number;
  readonly halfOpen: number;
}

const statement: Statement = {
  name: 'list_circuits',
  text: `select dependent_system as "dependentSystem", closed, open, half_open as "halfOpen" from tasker.circuits()`,
};

/** Over the steps of the newest tasks that are open or have ended in error, ordered by system. */
export async function listCircuits(db: Queryable): Promise<Circuit[]> {
  return db.query<Circuit>(statement);
}
