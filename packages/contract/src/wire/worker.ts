import { type Static, Type } from 'typebox';
import { countSchema, jsonObjectSchema, timeSchema } from './values.ts';

/** A process that works on steps. */
export const workerSchema = Type.Object(
  {
    worker_id: Type.Integer(),
    name: Type.String(),
    state: Type.Enum(['running', 'stopping', 'stopped', 'lost', 'silent'] as const, {
      description: '`silent`: it should be running and has not been heard of for longer than its leases last.',
    }),
    namespaces: Type.Array(Type.String(), { description: 'Empty: all.' }),
    handlers: Type.Array(Type.String(), { description: 'As `namespace/handler`.' }),
    concurrency: countSchema,
    lease_ms: Type.Integer(),
    held_steps: { ...countSchema, description: 'Steps in its hands.' },
    started_at: timeSchema,
    heartbeat_at: timeSchema,
    info: jsonObjectSchema,
  },
  { title: 'Worker' },
);
export type WorkerResource = Static<typeof workerSchema>;

/** The newest first. */
export const workerListSchema = Type.Object({ workers: Type.Array(workerSchema) }, { title: 'WorkerList' });
export type WorkerList = Static<typeof workerListSchema>;
