import { type Static, Type } from 'typebox';
import { eventNames } from '../events.ts';
import { errorRecordSchema } from './step.ts';
import { jsonSchema, nullable, timeSchema, uuidSchema } from './values.ts';

/** What happens to tasks, as history has it. */
export const historyKinds = [
  'submitted',
  'attempt_started',
  'attempt_complete',
  'attempt_error',
  'attempt_cancelled',
  'operator_cancel',
  'operator_retry',
  'operator_resolve',
  'operator_skip',
  'operator_edit',
  'task_complete',
  'task_error',
  'task_cancelled',
  'task_resolved_manually',
] as const;

const factProperties = {
  event_id: Type.String({ description: 'The same fact of the same task has the same id whenever it is asked for.' }),
  kind: Type.Enum(historyKinds),
  event_type: nullable(Type.Enum(eventNames, { description: 'The event that is published of it, if there is one.' })),
  at: timeSchema,
  workflow_step_id: nullable(uuidSchema),
  step: nullable(Type.String()),
  attempt: nullable(Type.Integer()),
  worker: nullable(Type.String()),
  actor: nullable(Type.String({ description: 'Who submitted the task or gave the command.' })),
  reason: nullable(Type.String()),
  duration_ms: nullable(Type.Number()),
  retry_at: nullable(timeSchema),
  error: nullable(errorRecordSchema),
};

export const taskHistoryEventSchema = Type.Object(
  { ...factProperties, result: jsonSchema },
  { title: 'TaskHistoryEvent' },
);
export type TaskHistoryEvent = Static<typeof taskHistoryEventSchema>;

/** What happened to a task, in order. */
export const taskHistorySchema = Type.Object(
  { task_id: uuidSchema, events: Type.Array(taskHistoryEventSchema) },
  { title: 'TaskHistory' },
);
export type TaskHistory = Static<typeof taskHistorySchema>;

/** One message of the live stream; results are left out. */
export const liveEventSchema = Type.Object(
  {
    ...factProperties,
    task_id: uuidSchema,
    namespace: Type.String(),
    name: Type.String(),
    version: Type.String(),
    correlation_id: Type.String(),
  },
  { title: 'LiveEvent' },
);
export type LiveEvent = Static<typeof liveEventSchema>;
