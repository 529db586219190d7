import { templateAnswerSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';
import { readTemplateResource } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';
import { templateProperties, wantedRevision, wantedVersion } from './template-input.ts';

export const showTemplate = defineOperation({
  name: 'template.show',
  permission: 'templates:read',
  kind: 'query',
  summary: 'Shows a version of a template: its content, its graph, its revisions.',
  input: Type.Object(
    { ...templateProperties, version: wantedVersion, revision: wantedRevision },
    { additionalProperties: false },
  ),
  output: templateAnswerSchema,
  errors: ['TEMPLATE_NOT_FOUND'],
  call: async ({ tasker }, wanted) => ({ template: await readTemplateResource(tasker.db, wanted) }),
});
