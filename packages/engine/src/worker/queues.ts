import { listQueues, recordServedQueues } from './registration.sql.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** The queues whose steps a worker can run: of its namespaces, and for handlers that it has. */
export interface ServedQueues {
  readonly ids: readonly number[];
  has(queue: number): boolean;
  /** Learns of queues made since, and of handlers registered since; true when there are more to serve. */
  refresh(workerId: number): Promise<boolean>;
  /** The newest queue that was looked at. */
  readonly newest: number;
}

export function createServedQueues({ db, settings, findHandlers, servesHandler }: WorkerDeps): ServedQueues {
  let ids: number[] = [];
  let served = new Set<number>();
  let newest = 0;
  let refreshing: Promise<unknown> = Promise.resolve();

  async function look(workerId: number): Promise<boolean> {
    const queues = await listQueues(db);
    newest = queues.at(-1)?.id ?? 0;
    const wanted = queues.filter(
      ({ namespace }) => settings.namespaces.length === 0 || settings.namespaces.includes(namespace),
    );
    await findHandlers(wanted.map(({ handler }) => handler));
    const before = ids.length;
    ids = wanted.filter(({ namespace, handler }) => servesHandler(namespace, handler)).map((queue) => queue.id);
    served = new Set(ids);
    await recordServedQueues(db, workerId, ids);
    return ids.length > before;
  }

  return {
    get ids() {
      return ids;
    },
    has: (queue) => served.has(queue),
    // One after the other: a look that takes long, for a handler is imported, must not undo what a later one found.
    refresh(workerId) {
      const looking = refreshing.then(() => look(workerId));
      refreshing = looking.catch(() => undefined);
      return looking;
    },
    get newest() {
      return newest;
    },
  };
}
