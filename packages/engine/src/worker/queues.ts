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

export function createServedQueues({ db, settings, servesHandler }: WorkerDeps): ServedQueues {
  let ids: number[] = [];
  let served = new Set<number>();
  let newest = 0;
  return {
    get ids() {
      return ids;
    },
    has: (queue) => served.has(queue),
    async refresh(workerId) {
      const queues = await listQueues(db);
      newest = queues.at(-1)?.id ?? 0;
      const before = ids.length;
      ids = queues
        .filter(({ namespace }) => settings.namespaces.length === 0 || settings.namespaces.includes(namespace))
        .filter(({ namespace, handler }) => servesHandler(namespace, handler))
        .map((queue) => queue.id);
      served = new Set(ids);
      await recordServedQueues(db, workerId, ids);
      return ids.length > before;
    },
    get newest() {
      return newest;
    },
  };
}
