import { type Static, Type } from 'typebox';
import { taskStates } from '../states.ts';
import { dependencyAnalysisSchema } from './dependency-analysis.ts';
import { graphEdgeSchema } from './graph.ts';
import { stepSchema } from './step.ts';
import {
  correlationIdSchema,
  countSchema,
  jsonObjectSchema,
  jsonSchema,
  nameSchema,
  nullable,
  timeSchema,
  uuidSchema,
  versionSchema,
} from './values.ts';

const tag = Type.String({ minLength: 1, maxLength: 128 });

/** What may be said about a task when it is submitted. */
export const taskSubmissionSchema = Type.Object(
  {
    name: Type.Optional({ ...nameSchema, description: 'Of the template. Required.' }),
    namespace: Type.Optional({ ...nameSchema, default: 'default' }),
    version: Type.Optional(versionSchema),
    workflow_name: Type.Optional({ ...nameSchema, description: 'The same as `name`.' }),
    workflow_version: Type.Optional({ ...versionSchema, description: 'The same as `version`.' }),
    context: { ...jsonObjectSchema, description: 'The input of the task, as the template’s input schema says.' },
    priority: Type.Optional(
      Type.Integer({ minimum: -100, maximum: 100, default: 0, description: 'Higher goes first.' }),
    ),
    correlation_id: Type.Optional(correlationIdSchema),
    parent_correlation_id: Type.Optional(correlationIdSchema),
    idempotency_key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'A second submission with the same key is answered with the task of the first.',
      }),
    ),
    initiator: Type.Optional(Type.String({ maxLength: 128 })),
    source_system: Type.Optional(Type.String({ maxLength: 128 })),
    reason: Type.Optional(Type.String({ maxLength: 128 })),
    tags: Type.Optional(Type.Array(tag, { maxItems: 100 })),
    bypass_steps: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 1000,
        description: 'Names of skippable steps to pass over.',
      }),
    ),
  },
  { title: 'TaskSubmission', additionalProperties: false },
);
export type TaskSubmission = Static<typeof taskSubmissionSchema>;

const summaryProperties = {
  task_id: uuidSchema,
  namespace: Type.String(),
  name: Type.String(),
  version: Type.String(),
  full_name: Type.String({ description: '`namespace.name@version`' }),
  revision: Type.Integer({ minimum: 1, description: 'Of the template’s content under this version.' }),
  status: Type.Enum(taskStates),
  complete: Type.Boolean({ description: 'Every step is settled.' }),
  priority: Type.Integer(),
  tags: Type.Array(Type.String()),
  initiator: nullable(Type.String()),
  source_system: nullable(Type.String()),
  reason: nullable(Type.String()),
  correlation_id: Type.String(),
  parent_correlation_id: nullable(Type.String()),
  traceparent: nullable(
    Type.String({ description: 'The trace that it was submitted in: the header `traceparent` of that request.' }),
  ),
  idempotency_key: nullable(Type.String()),
  requested_at: timeSchema,
  created_at: timeSchema,
  finished_at: nullable(timeSchema),
};

/** A task as lists show it. */
export const taskSummarySchema = Type.Object(summaryProperties, { title: 'TaskSummary' });
export type TaskSummaryResource = Static<typeof taskSummarySchema>;

/** A task with all that is known of it now. */
export const taskSchema = Type.Object(
  {
    ...summaryProperties,
    context: jsonObjectSchema,
    bypass_steps: Type.Array(Type.String()),
    execution_status: Type.Enum([
      'has_ready_steps',
      'processing',
      'blocked_by_failures',
      'all_complete',
      'waiting_for_dependencies',
      'finished',
    ] as const),
    health_status: Type.Enum(['healthy', 'recovering', 'blocked'] as const),
    recommended_action: Type.Enum([
      'execute_ready_steps',
      'wait_for_completion',
      'handle_failures',
      'finalize_task',
      'wait_for_dependencies',
      'none',
    ] as const),
    completion_percentage: Type.Number({ minimum: 0, maximum: 100 }),
    total_steps: countSchema,
    pending_steps: countSchema,
    in_progress_steps: countSchema,
    completed_steps: { ...countSchema, description: 'Settled: complete, resolved by hand or skipped.' },
    failed_steps: countSchema,
    ready_steps: countSchema,
    workflow_steps: Type.Array(stepSchema, { description: 'Parents stand before their children.' }),
    edges: Type.Array(graphEdgeSchema),
    task_annotations: Type.Array(Type.Object({ name: Type.String(), value: jsonSchema, annotated_at: timeSchema })),
    dependency_analysis: Type.Optional(dependencyAnalysisSchema),
  },
  { title: 'Task' },
);
export type TaskResource = Static<typeof taskSchema>;

export const taskAnswerSchema = Type.Object({ task: taskSchema }, { title: 'TaskAnswer' });
export type TaskAnswer = Static<typeof taskAnswerSchema>;

/** Also of an idempotent replay, which finds the task as it is by then. */
export const taskSubmittedSchema = Type.Object(
  {
    task_id: uuidSchema,
    status: Type.Enum(taskStates),
    namespace: Type.String(),
    name: Type.String(),
    version: Type.String(),
    workflow_name: Type.String({ description: 'The same as `name`.' }),
    correlation_id: Type.String(),
    parent_correlation_id: nullable(Type.String()),
    replayed: Type.Boolean({
      description: 'The same request was submitted before, and this is the task of that time.',
    }),
    task: taskSchema,
  },
  { title: 'TaskSubmitted' },
);
export type TaskSubmitted = Static<typeof taskSubmittedSchema>;

export const taskFilterProperties = {
  namespace: Type.Optional(nameSchema),
  name: Type.Optional(nameSchema),
  version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  status: Type.Optional(Type.Enum(taskStates)),
  tag: Type.Optional(tag),
  initiator: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  correlation_id: Type.Optional(correlationIdSchema),
  parent_correlation_id: Type.Optional(correlationIdSchema),
  annotation_type: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'The name of something that was noted about the task.' }),
  ),
  annotation_key: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'A key of the annotation, which is an object.' }),
  ),
  annotation_value: Type.Optional({
    ...jsonSchema,
    description:
      'What stands under the key, or, without one, the whole annotation. `1` is not `"1"`; in a query, what is no JSON is a text.',
  }),
  created_after: Type.Optional(Type.String({ format: 'date-time' })),
  created_before: Type.Optional(Type.String({ format: 'date-time' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'The id of a task or step or its beginning (8 digits or more), a correlation id, an initiator, a tag, or a part of the template’s name.',
    }),
  ),
};
/** What an index has the tasks in the order of: one order, by its three names. */
export const taskSortColumns = ['created_at', 'requested_at', 'task_id'] as const;
export const sortOrders = ['asc', 'desc'] as const;
const filter = Type.Object(taskFilterProperties);
export type TaskFilterInput = Static<typeof filter>;

export const annotationNamesSchema = Type.Object(
  { annotation_types: Type.Array(Type.Object({ name: Type.String() }, { title: 'AnnotationType' })) },
  { title: 'AnnotationTypeList' },
);
export type AnnotationNames = Static<typeof annotationNamesSchema>;

export const taskListSchema = Type.Object(
  {
    tasks: Type.Array(taskSummarySchema),
    next_cursor: nullable(Type.String({ description: '`cursor` of the next page; null on the last.' })),
  },
  { title: 'TaskList' },
);
export type TaskList = Static<typeof taskListSchema>;

/** What an operator's command on a task is answered with. */
export const taskCommandAnswerSchema = Type.Object(
  {
    task_id: uuidSchema,
    status: Type.Enum(taskStates),
    changed: Type.Boolean({ description: 'False: it was so before.' }),
    cancelled: Type.Optional(Type.Boolean({ description: 'Of `cancel`: the task is cancelled.' })),
    task: taskSchema,
  },
  { title: 'TaskCommandAnswer' },
);
export type TaskCommandAnswer = Static<typeof taskCommandAnswerSchema>;
