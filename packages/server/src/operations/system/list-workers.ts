import { workerListSchema } from '@tasker/contract/wire';
import { listWorkers as readWorkers } from '@tasker/engine';
import { Type } from 'typebox';
import { defineOperation } from '../operation.ts';

export const listWorkers = defineOperation({
  name: 'worker.list',
  permission: 'workers:read',
  kind: 'query',
  summary: 'Lists workers, the newest first.',
  input: Type.Object(
    {
      all: Type.Optional(Type.Boolean({ default: false, description: 'Also those that are gone.' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      before: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 2_147_483_647,
          description: 'Only workers older than the one of this id.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: workerListSchema,
  errors: [],
  async call({ tasker }, { all, limit, before }) {
    const workers = await readWorkers(tasker.db, {
      ...(all === undefined ? {} : { all }),
      ...(limit === undefined ? {} : { limit }),
      ...(before === undefined ? {} : { before }),
    });
    return {
      workers: workers.map((worker) => ({
        worker_id: worker.workerId,
        name: worker.name,
        state: worker.state,
        namespaces: [...worker.namespaces],
        handlers: [...worker.handlers],
        concurrency: worker.concurrency,
        lease_ms: worker.leaseMs,
        held_steps: worker.heldSteps,
        started_at: worker.startedAt.toISOString(),
        heartbeat_at: worker.heartbeatAt.toISOString(),
        info: worker.info,
      })),
    };
  },
});
