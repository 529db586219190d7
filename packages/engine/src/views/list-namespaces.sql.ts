import type { Queryable, Statement } from '../postgres/database.ts';

export interface NamespaceView {
  readonly name: string;
  readonly description: string | null;
  /** Different templates in it, versions not counted. */
  readonly templates: number;
  /** Workers that serve it now. */
  readonly workers: number;
}

const statement: Statement = {
  text: `select n.name, n.description,
                (select count(distinct m.name)::int from tasker.template m where m.namespace_id = n.id) as templates,
                (select count(*)::int from tasker.worker w
                  where w.state in ('running', 'stopping') and w.heartbeat_at + w.lease_ms * interval '1 ms' >= tasker.now()
                    and exists (select 1 from tasker.queue q
                                 where q.namespace_id = n.id and q.id = any(w.queues))) as workers
           from tasker.namespace n order by n.name`,
};

/** All namespaces, in the order of their names. */
export async function listNamespaces(db: Queryable): Promise<NamespaceView[]> {
  return db.query<NamespaceView>(statement);
}
