import type { Queryable, Statement } from '../postgres/database.ts';
import { type RegistryStatistics, registryStatistics } from './registry-statistics.sql.ts';

/** Whether what is registered can be read, and whether what is due of it has somebody to run it. */
export type RegistryHealth =
  | {
      readonly healthy: boolean;
      readonly statistics: RegistryStatistics;
      readonly unserved: readonly UnservedHandler[];
    }
  | { readonly healthy: false; readonly problem: string };

/** Steps wait for this handler, and no worker that is alive has it. */
export interface UnservedHandler {
  readonly namespace: string;
  readonly handler: string;
}

const unservedHandlers: Statement = {
  text: `select n.name as namespace, q.handler
           from tasker.queue q
           join tasker.namespace n on n.id = q.namespace_id
          where exists (select 1 from tasker.ready r where r.queue = q.id and not r.waiting)
            and not exists (select 1 from tasker.worker w
                             where w.state = 'running' and q.id = any(w.queues)
                               and w.heartbeat_at + w.lease_ms * interval '1 ms' >= tasker.now())
          order by n.name, q.handler`,
};

/** Never rejects: a database that does not answer is an answer. */
export async function registryHealth(db: Queryable): Promise<RegistryHealth> {
  try {
    const statistics = await registryStatistics(db);
    const unserved = await listUnservedHandlers(db);
    return { healthy: unserved.length === 0, statistics, unserved };
  } catch (error) {
    return { healthy: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** In the order of their names. */
export function listUnservedHandlers(db: Queryable): Promise<UnservedHandler[]> {
  return db.query<UnservedHandler>(unservedHandlers);
}
