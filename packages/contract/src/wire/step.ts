import { type Static, Type } from 'typebox';
import type { ErrorRecord } from '../error-record.ts';
import { stepStates, taskStates } from '../states.ts';
import { countSchema, jsonObjectSchema, jsonSchema, nullable, timeSchema, uuidSchema } from './values.ts';

/** An error as history keeps it. */
export const errorRecordSchema = Type.Unsafe<ErrorRecord>({
  title: 'ErrorRecord',
  type: 'object',
  required: ['message', 'class'],
  properties: {
    message: { type: 'string' },
    class: { type: 'string', description: 'The name of the error’s class, or the error type that a handler gave.' },
    code: { type: 'string', description: 'A code to act upon.' },
    context: { type: 'object', description: 'What the handler wanted to be known about the failure.' },
    backtrace: { type: 'array', items: { type: 'string' } },
    cause: { type: 'object', description: 'What led to this error, in the same form.' },
  },
});

export const stepSchema = Type.Object(
  {
    workflow_step_id: uuidSchema,
    task_id: uuidSchema,
    name: Type.String(),
    named_step_id: Type.Integer({ minimum: 0, description: 'The place of the step in its template.' }),
    status: Type.Enum(stepStates),
    namespace: Type.String(),
    handler: Type.String(),
    dependent_system: Type.String(),
    level: Type.Integer({ minimum: 0, description: '0 without parents, else one more than the deepest parent.' }),
    attempts: Type.Integer({ minimum: 0, description: 'Finished ones; one under way is not counted.' }),
    retry_limit: Type.Integer({ minimum: 1, description: 'Attempts in all, the first included.' }),
    retryable: Type.Boolean(),
    skippable: Type.Boolean(),
    in_process: Type.Boolean(),
    processed: Type.Boolean({ description: 'Settled: the steps that depend on it may run.' }),
    processed_at: nullable(timeSchema),
    ready: Type.Boolean({ description: 'It waits for a worker now.' }),
    due_at: nullable(timeSchema),
    next_attempt_at: nullable(timeSchema),
    failed_for_good: Type.Boolean({ description: 'In error, and no attempt will follow.' }),
    circuit: Type.Enum(['closed', 'open', 'half_open'] as const),
    started_at: nullable(timeSchema),
    finished_at: nullable(timeSchema),
    duration_ms: nullable(Type.Number()),
    last_attempted_at: nullable(timeSchema),
    last_failed_at: nullable(timeSchema),
    backoff_request_seconds: nullable(Type.Number({ description: 'How long the last failure makes the step wait.' })),
    worker: nullable(Type.String()),
    actor: nullable(Type.String({ description: 'The operator who settled the step.' })),
    reason: nullable(Type.String({ description: 'Why the operator did so.' })),
    inputs: nullable(jsonObjectSchema),
    results: jsonSchema,
    metadata: nullable(jsonObjectSchema),
    error: nullable(errorRecordSchema),
    depends_on: Type.Array(Type.String(), { description: 'Names of the steps it runs after.' }),
    parents_ids: Type.Array(uuidSchema),
    children_ids: Type.Array(uuidSchema),
    siblings_ids: Type.Array(uuidSchema, { description: 'Steps with the very same parents.' }),
    settled_parents: countSchema,
  },
  { title: 'Step' },
);
export type StepResource = Static<typeof stepSchema>;

export const stepListSchema = Type.Object({ steps: Type.Array(stepSchema) }, { title: 'StepList' });
export type StepList = Static<typeof stepListSchema>;

export const stepAnswerSchema = Type.Object({ step: stepSchema }, { title: 'StepAnswer' });
export type StepAnswer = Static<typeof stepAnswerSchema>;

/** What an operator's command on a step is answered with. */
export const stepCommandAnswerSchema = Type.Object(
  {
    task_id: uuidSchema,
    task_status: Type.Enum(taskStates),
    changed: Type.Boolean({ description: 'False: it was so before.' }),
    cancelled: Type.Optional(Type.Boolean({ description: 'Of `cancel`: the step is cancelled.' })),
    step: stepSchema,
  },
  { title: 'StepCommandAnswer' },
);
export type StepCommandAnswer = Static<typeof stepCommandAnswerSchema>;
