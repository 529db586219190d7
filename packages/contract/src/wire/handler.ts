import { type Static, Type } from 'typebox';
import { dependencyGraphSchema } from './graph.ts';
import { countSchema, jsonObjectSchema, nullable, timeSchema } from './values.ts';

/** Discovery: which templates there are to submit, by namespace and name. */
export const handlerNamespaceListSchema = Type.Object(
  {
    namespaces: Type.Array(
      Type.Object({
        name: Type.String(),
        handler_count: { ...countSchema, description: 'Different names; versions not counted.' },
      }),
    ),
    total_namespaces: countSchema,
    generated_at: timeSchema,
  },
  { title: 'HandlerNamespaceList' },
);
export type HandlerNamespaceList = Static<typeof handlerNamespaceListSchema>;

export const handlerListSchema = Type.Object(
  {
    namespace: Type.String(),
    handlers: Type.Array(
      Type.Object({
        name: Type.String(),
        namespace: Type.String(),
        versions: Type.Array(Type.String(), { description: 'The latest first.' }),
        latest_version: Type.String(),
        handler_count: { ...countSchema, description: 'Of versions.' },
      }),
    ),
    total_handlers: countSchema,
  },
  { title: 'HandlerList' },
);
export type HandlerList = Static<typeof handlerListSchema>;

export const handlerDetailSchema = Type.Object(
  {
    name: Type.String(),
    namespace: Type.String(),
    version: Type.String(),
    full_name: Type.String({ description: '`namespace.name@version`' }),
    available: Type.Boolean({ description: 'A worker that is alive has every handler that its steps need.' }),
    missing_handlers: Type.Array(Type.String(), { description: 'Handlers that no worker has now.' }),
    input_schema: nullable(jsonObjectSchema),
    step_templates: Type.Array(
      Type.Object({
        name: Type.String(),
        description: nullable(Type.String()),
        dependent_system: Type.String(),
        depends_on_steps: Type.Array(Type.String()),
        handler_class: Type.String({ description: 'What the template calls the handler.' }),
        configuration: jsonObjectSchema,
        default_retryable: Type.Boolean(),
        default_retry_limit: countSchema,
        skippable: Type.Boolean(),
      }),
    ),
    dependency_graph: dependencyGraphSchema,
  },
  { title: 'Handler' },
);
export type HandlerDetail = Static<typeof handlerDetailSchema>;

export const handlerAnswerSchema = Type.Object(
  { handler: handlerDetailSchema, generated_at: timeSchema },
  { title: 'HandlerAnswer' },
);
export type HandlerAnswer = Static<typeof handlerAnswerSchema>;
