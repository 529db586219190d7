import { nameSchema, pageSizeSchema, templateListSchema } from '@tasker/contract/wire';
import { listTemplates as readTemplates } from '@tasker/engine';
import { Type } from 'typebox';
import { readTemplateCursor, templateCursor } from '../../resources/template-cursor.ts';
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
      limit: Type.Optional({ ...pageSizeSchema, default: 100 }),
      cursor: Type.Optional(
        Type.String({ minLength: 1, maxLength: 1000, description: '`next_cursor` of the page before.' }),
      ),
    },
    { additionalProperties: false },
  ),
  output: templateListSchema,
  errors: [],
  async call({ tasker }, { limit, cursor, ...filter }) {
    const after = cursor === undefined ? undefined : readTemplateCursor(cursor);
    const { templates, nextAfter } = await readTemplates(tasker.db, filter, { after, limit });
    return {
      templates: templates.map(templateSummary),
      next_cursor: nextAfter === undefined ? null : templateCursor(nextAfter),
    };
  },
});
