import { type Static, Type } from 'typebox';
import type { TemplateDocument } from '../template-document.ts';
import { dependencyGraphSchema } from './graph.ts';
import { countSchema, jsonSchema, nullable, timeSchema } from './values.ts';

/** The canonical form of a template; its own schema is published as `task-template.schema.json`. */
const documentSchema = Type.Unsafe<TemplateDocument>({
  title: 'TemplateDocument',
  type: 'object',
  required: ['name', 'namespace_name', 'version', 'identity_strategy', 'steps'],
  properties: {
    name: { type: 'string' },
    namespace_name: { type: 'string' },
    version: { type: 'string' },
    description: { type: 'string' },
    identity_strategy: { type: 'string' },
    input_schema: { type: 'object', description: 'JSON Schema of the context.' },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'handler', 'dependencies', 'retry'],
        properties: {
          name: { type: 'string' },
          description: { type: 'string' },
          handler: { type: 'object' },
          dependencies: { type: 'array', items: { type: 'string' } },
          retry: { type: 'object' },
        },
      },
    },
  },
});

const summaryProperties = {
  namespace: Type.String(),
  name: Type.String(),
  version: Type.String(),
  full_name: Type.String({ description: '`namespace.name@version`' }),
  description: nullable(Type.String()),
  revision: Type.Integer({
    minimum: 1,
    description: 'Of the content: that which new tasks get, unless another was asked for.',
  }),
  step_count: countSchema,
};

export const templateSummarySchema = Type.Object(
  {
    ...summaryProperties,
    registered_at: timeSchema,
    steps: Type.Array(Type.String(), { description: 'Names.' }),
  },
  { title: 'TemplateSummary' },
);
export type TemplateSummary = Static<typeof templateSummarySchema>;

/** By namespace and name; of each the version first that `latest` means. */
export const templateListSchema = Type.Object(
  {
    templates: Type.Array(templateSummarySchema),
    next_cursor: nullable(Type.String({ description: '`cursor` of the next page; null on the last.' })),
  },
  { title: 'TemplateList' },
);
export type TemplateList = Static<typeof templateListSchema>;

export const templateSchema = Type.Object(
  {
    ...summaryProperties,
    latest: Type.String({ description: 'The version that `latest` means now.' }),
    versions: Type.Array(Type.String(), { description: 'The latest first.' }),
    revisions: Type.Array(
      Type.Object({
        revision: Type.Integer({ minimum: 1 }),
        hash: Type.String({ description: 'SHA-256 of the content, in hex.' }),
        registered_at: timeSchema,
      }),
      { description: 'The contents that the version has had, the newest first.' },
    ),
    document: documentSchema,
    graph: dependencyGraphSchema,
  },
  { title: 'Template' },
);
export type TemplateResource = Static<typeof templateSchema>;

export const templateAnswerSchema = Type.Object({ template: templateSchema }, { title: 'TemplateAnswer' });
export type TemplateAnswer = Static<typeof templateAnswerSchema>;

export const templateRegisteredSchema = Type.Object(
  {
    created: Type.Boolean({ description: 'False: the same content was registered before.' }),
    template: templateSchema,
  },
  { title: 'TemplateRegistered' },
);
export type TemplateRegistered = Static<typeof templateRegisteredSchema>;

const side = Type.Object({ version: Type.String(), revision: Type.Integer({ minimum: 1 }) });

/** What one content of a template has that another has not. */
export const templateDifferencesSchema = Type.Object(
  {
    namespace: Type.String(),
    name: Type.String(),
    from: side,
    to: side,
    differences: Type.Array(
      Type.Object({
        path: Type.String({ description: 'Keys joined by dots; steps go by their names.' }),
        kind: Type.Enum(['added', 'removed', 'changed'] as const),
        before: Type.Optional(jsonSchema),
        after: Type.Optional(jsonSchema),
      }),
    ),
    breaking: Type.Array(
      Type.Object({
        path: Type.String({ description: 'As in `differences`.' }),
        message: Type.String(),
      }),
      {
        description:
          'What those rely on who submit tasks or read their results, and cannot any more: contexts that are not taken, ' +
          'results that may look otherwise, steps that are gone. Alternatives in schemas are not looked into.',
      },
    ),
  },
  { title: 'TemplateDifferences' },
);
export type TemplateDifferences = Static<typeof templateDifferencesSchema>;
