import { nameSchema, templateListSchema } from '@tasker/contract/wire';
import { listTemplates as readTemplates } from '@tasker/engine';
import { Type } from 'typebox';
import { templateSummary } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';

export const listTemplates = defineOperation({
  name: 'template.list',
  permission: 'templates:read',
  kind: 'query',
  summary: 'Lists templates by namespace and name, the latest version of each first.',
  input: Type.Object(
    {
      namespace: Type.Optional(nameSchema),
      name: Type.Optional(nameSchema),
      version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    },
    { additionalProperties: false },
  ),
  output: templateListSchema,
  errors: [],
  call: async ({ tasker }, filter) => ({ templates: (await readTemplates(tasker.db, filter)).map(templateSummary) }),
});
